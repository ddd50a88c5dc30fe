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
/* Safari before 15 knows only the older way to ask. */
const isNewVisit = () =>
  attempt(() => performance.getEntriesByType("navigation")[0].type === "navigate") ??
  attempt(() => performance.navigation.type === 0);

const sendOn = () => {
  hide();
  location.replace(root.dataset.exitUrl);
};

const leave = () => {
  isLeaving = true;
  mark(EXITED);
  unmark(DISCREET);
  hide();
  attempt(() => (document.body.textContent = ""));
  /* Other tabs leave too; and Chromium drops the pages it kept for Back. */
  attempt(() => channel.postMessage(1));
  sendOn();
};

/* The tombstone. */
if (isMarked(EXITED)) {
  if (isNewVisit()) unmark(EXITED);
  else sendOn();
}
/*
 * Firefox forgets the tombstone of a tab that was closed and reopened, duplicated or restored. Such
 * a tab comes Back to the site from another one, as after a press on an outside link: both get the
 * plain cover, before anything is painted, and "Continue" shows the page. The pages behind it are
 * covered too until then. The window's name says so: it is kept in memory alone.
 */
const COVERED = "c";
const isBackFromElsewhere = () =>
  attempt(() => navigation.activation.navigationType === "traverse" && !navigation.activation.from);
const isCoverUp = () => "covered" in root.dataset;
const putCoverUp = () => (root.dataset.covered = "");
const takeCoverDown = () => {
  delete root.dataset.covered;
  if (window.name === COVERED) window.name = "";
};
if (isNewVisit()) takeCoverDown();
else if (window.name === COVERED || (!isMarked(DISCREET) && isBackFromElsewhere())) {
  window.name = COVERED;
  putCoverUp();
}
/* A page that broke off before its cover shows what came of it. */
on("DOMContentLoaded", () => find("[data-cover]:not([hidden])") || takeCoverDown());

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
const leaveByExit = (event) => {
  if (!event.target.closest?.("[data-exit]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  leave();
};
on("click", leaveByExit);
/* The middle button would open the destination in another tab, and leave the page in this one. */
on("auxclick", (event) => event.button === 1 && leaveByExit(event));

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
