/*
 * What the scripts of a page share.
 *
 * This tab remembers two things, in sessionStorage and nowhere else: that the exit was pressed, and
 * that "Hide my visit" is on. Both go when the tab is closed.
 */
const root = document.documentElement;
const EXITED = "x";
const DISCREET = "h";
const find = (selector) => document.querySelector(selector);
/* In the capture phase: before any other listener of the page. */
const on = (type, listener) => document.addEventListener(type, listener, true);

/* Storage may be blocked, a page half loaded, a feature missing: the next step matters more. */
const attempt = (step) => {
  try {
    return step();
  } catch {}
};
/* What a browser is too old for ends one script, not all, and says so to whoever looks for it. */
const guarded = (script) => {
  try {
    script();
  } catch (error) {
    console.error(error);
  }
};
const isMarked = (key) => attempt(() => sessionStorage.getItem(key)) === "1";
const mark = (key) => attempt(() => sessionStorage.setItem(key, "1"));
const unmark = (key) => attempt(() => sessionStorage.removeItem(key));
