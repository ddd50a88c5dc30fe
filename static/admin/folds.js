"use strict";
// Leaves the parts of a form open that were open last time, until the browser is closed, and opens a
// part that the contents lead to. What is kept is which parts, never what is in them.
{
  const parts = [...document.querySelectorAll("#content-main fieldset.module > details")];
  const kind = location.pathname.replace(/\d+\/change\/|add\//, "");
  const key = `open parts of ${kind}`;
  const nameOf = (part) => part.querySelector("summary [id]")?.id;

  const kept = () => {
    try {
      return JSON.parse(sessionStorage.getItem(key)) ?? [];
    } catch {
      return [];
    }
  };
  const keep = () => {
    const open = parts.filter((part) => part.open).map(nameOf);
    try {
      sessionStorage.setItem(key, JSON.stringify(open));
    } catch {
      // The browser keeps nothing. The parts are folded next time.
    }
  };
  const openPart = () => {
    const heading = location.hash && document.getElementById(location.hash.slice(1));
    const part = heading && heading.closest("details");
    if (part) {
      part.open = true;
    }
  };

  const open = kept();
  for (const part of parts) {
    part.open ||= open.includes(nameOf(part));
    part.addEventListener("toggle", keep);
  }
  window.addEventListener("hashchange", openPart);
  openPart();
}
