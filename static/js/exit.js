/*
 * "Leave this site quickly". Without this script it is an ordinary link. With it: remember in this
 * tab that the exit was pressed, blank the page, and replace the page's place in the history.
 *
 * Every step is guarded on its own. Whatever fails (storage that is blocked, a page that is half
 * loaded, an error anywhere else), the last one, leaving, still happens.
 */
(() => {
  "use strict";
  const root = document.documentElement;
  const destination = root.dataset.exitUrl;

  function attempt(step) {
    try {
      step();
    } catch {
      // The next step matters more than why this one failed.
    }
  }

  function leave() {
    attempt(() => sessionStorage.setItem("x", "1"));
    attempt(() => root.style.setProperty("visibility", "hidden", "important"));
    attempt(() => document.body.replaceChildren());
    location.replace(destination);
  }

  // On the document, before any other listener, and from the head: it works while the page loads.
  document.addEventListener(
    "click",
    (event) => {
      if (!event.target.closest?.("a[data-exit]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      leave();
    },
    true,
  );
})();
