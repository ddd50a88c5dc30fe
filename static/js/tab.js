/*
 * Shared by all the scripts of a page.
 *
 * This tab remembers two things, in sessionStorage and nowhere else: that the exit was pressed, and
 * that "Hide my visit" is on. Both are lost when the tab is closed.
 */
const root = document.documentElement;
const EXITED = "x";
const DISCREET = "h";
const find = (selector) => document.querySelector(selector);
/* In the capture phase, so it runs before any other listener on the page. */
const on = (type, listener) => document.addEventListener(type, listener, true);

/* Storage may be blocked, the page half loaded, a feature missing: the next step must still run. */
const attempt = (step) => {
  try {
    return step();
  } catch {}
};
/* If a browser is too old for one script, only that script stops, with an error in the console. */
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
