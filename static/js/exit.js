/*
 * "Leave this site quickly", and the tombstone it leaves behind.
 *
 * Without this script the exit is an ordinary link. With it, the exit marks this tab, blanks the
 * page, and replaces the page in the history with the destination. Anyone who comes back by Back,
 * Forward or reload is then sent on before a pixel of the site is painted. A new visit in the same
 * tab works as usual.
 *
 * Each step is guarded separately: whatever fails, the last step, leaving, still happens.
 */
let isLeaving = false;
let channel;

const hide = () => attempt(() => root.style.setProperty("visibility", "hidden", "important"));
const show = () => attempt(() => root.style.removeProperty("visibility"));
/* Safari before 15 supports only the older API. */
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
  /* Other tabs leave too, and Chromium drops the pages it cached for Back. */
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
 * a tab goes Back to this site from another site, just as after a press on an outside link. Both
 * get the plain cover before anything is painted, and "Continue" shows the page. Until then, the
 * pages behind it are covered too. The window's name records this: it is kept only in memory.
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
/* If the page was cut short before its cover, show what arrived. */
on("DOMContentLoaded", () => find("[data-cover]:not([hidden])") || takeCoverDown());

/* Keep a page cached for Back blank, and show it again only if the reader has not left since. */
addEventListener("pagehide", hide);
addEventListener("pageshow", () => (isMarked(EXITED) ? sendOn() : show()));
/* An app opened the destination and left this page behind it. */
on("visibilitychange", () => {
  if (isLeaving && document.hidden) location.replace("about:blank");
});
attempt(() => {
  channel = new BroadcastChannel(EXITED);
  channel.onmessage = () => isLeaving || leave();
});

/* Set from the head, on the document, so it works while the page is still loading. */
const leaveByExit = (event) => {
  if (!event.target.closest?.("[data-exit]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  leave();
};
on("click", leaveByExit);
/* The middle button would open the destination in a new tab and leave this page open. */
on("auxclick", (event) => event.button === 1 && leaveByExit(event));

/* In a hidden visit, a link pressed during loading waits for the script that opens it. */
let isReady = false;
let pressed;
on("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (isReady || !isMarked(DISCREET) || !link?.protocol.startsWith("http")) return;
  event.preventDefault();
  pressed = link;
});
on("DOMContentLoaded", () => (isReady = true));
