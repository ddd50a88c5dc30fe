/*
 * Pressing Shift three times, alone, leaves like the exit. It types nothing, and no browser or
 * screen reader uses it this way.
 */
const SHIFT_PRESSES = 3;
/* Slow typists need this long. */
const SHIFT_PAUSE_MS = 5000;
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

/* On-screen keyboards send Shift by themselves at the start of a sentence. */
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
on("wheel", interrupt);
