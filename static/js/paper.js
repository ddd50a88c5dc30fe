/* What is folded opens on paper: older browsers do not know the style sheet's way to say so. */
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("main details")) fold.open = true;
});
