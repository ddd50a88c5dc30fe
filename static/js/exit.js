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
const SHIFT_PRESSES = 3;
const SHIFT_PAUSE_MS = 2000;
let isLeaving = false;
let channel;

const hide = () => attempt(() => root.style.setProperty("visibility", "hidden", "important"));
const show = () => attempt(() => root.style.removeProperty("visibility"));
const isNewVisit = () =>
  attempt(() => performance.getEntriesByType("navigation")[0].type) === "navigate";

function sendOn() {
  hide();
  location.replace(root.dataset.exitUrl);
}

function leave() {
  isLeaving = true;
  mark(EXITED);
  unmark(DISCREET);
  hide();
  attempt(() => document.body.replaceChildren());
  /* Other tabs leave too; and Chromium drops the pages it kept for Back. */
  attempt(() => channel.postMessage(1));
  sendOn();
}

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

/* Shift three times, alone. It types nothing, and no browser or reader uses it so. */
let presses = 0;
let isAlone = false;
let lastPress = 0;

function count(number) {
  presses = number;
  attempt(() => {
    const status = find("[data-exit-status]");
    status.textContent = status.dataset[`after${number}`] ?? "";
  });
}

/* A keyboard on the screen sends Shift by itself when a sentence begins. */
const isTypedOnScreen = (field) =>
  field.matches?.("input, textarea, select, [contenteditable]") &&
  !matchMedia("(any-pointer: fine)").matches;

function interrupt() {
  isAlone = false;
  if (presses) count(0);
}

on("keydown", (event) => {
  if (event.key !== "Shift" || event.ctrlKey || event.altKey || event.metaKey) interrupt();
  else if (!event.repeat) isAlone = true;
});
on("keyup", (event) => {
  if (event.key !== "Shift" || !isAlone || isTypedOnScreen(event.target)) return;
  isAlone = false;
  count(event.timeStamp - lastPress > SHIFT_PAUSE_MS ? 1 : presses + 1);
  lastPress = event.timeStamp;
  if (presses === SHIFT_PRESSES) leave();
});
on("pointerdown", interrupt);
