"use strict";
// Checks all links, a few with each request, and shows how far it has got. Without this script the
// button checks a few, and the officer presses it again.
{
  const form = document.querySelector(".check-all");
  const due = Number(form.dataset.due);
  const status = form.querySelector("[role=status]");

  const checkAll = async () => {
    const box = form.querySelector(".how-far");
    box.hidden = false;
    form.querySelector("button").hidden = true;
    status.textContent = `Checking ${due} links.`;
    let answer;
    do {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      // An officer who is no longer signed in is redirected.
      if (response.redirected || !response.ok) {
        break;
      }
      answer = await response.json();
      box.querySelector("progress").value = due - answer.left;
      status.textContent = `${due - answer.left} of ${due} links checked.`;
    } while (answer.left && answer.done);
    location.reload();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    checkAll().catch(() => location.reload());
  });
}
