/*
 * "Leave this site quickly", and the tombstone behind it.
 *
 * Without this script the exit is an ordinary link. With it: mark this tab, blank the page, and put
 * the destination in the page's place in the history. Whoever then comes back by Back, Forward or
 * reload is sent on before a pixel of the site is painted. A new visit in the same tab works as
 * ever.
 *
 * Every step is guarded on its own: whatever fails, the last one, leaving, still happens.
 */
let isLeaving = false;
let channel;

const hide = () => attempt(() => root.style.setProperty("visibility", "hidden", "important"));
const show = () => attempt(() => root.style.removeProperty("visibility"));
const isNewVisit = () =>
  attempt(() => performance.getEntriesByType("navigation")[0].type) === "navigate";

const sendOn = () => {
  hide();
  location.replace(root.dataset.exitUrl);
};

const leave = () => {
  isLeaving = true;
  mark(EXITED);
  unmark(DISCREET);
  hide();
  attempt(() => document.body.replaceChildren());
  /* Other tabs leave too; and Chromium drops the pages it kept for Back. */
  attempt(() => channel.postMessage(1));
  sendOn();
};

/* The tombstone. */
if (isMarked(EXITED)) {
  if (isNewVisit()) unmark(EXITED);
  else sendOn();
}
/* A page kept for Back is kept blank, and shown again only if nobody has left since. */
addEventListener("pagehide", hide);
addEventListener("pageshow", () => (isMarked(EXITED) ? sendOn() : show()));
/* An app took the destination over and left this page behind it. */
on("visibilitychange", () => {
  if (isLeaving && document.hidden) location.replace("about:blank");
});
attempt(() => {
  channel = new BroadcastChannel(EXITED);
  channel.onmessage = () => isLeaving || leave();
});

/* From the head, on the document: it works while the page still loads. */
on("click", (event) => {
  if (!event.target.closest?.("[data-exit]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  leave();
});

/* In a hidden visit, a link pressed while the page still loads waits for the script behind it. */
let isReady = false;
let pressed;
on("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (isReady || !isMarked(DISCREET) || !link?.protocol.startsWith("http")) return;
  event.preventDefault();
  pressed = link;
});
on("DOMContentLoaded", () => (isReady = true));
