"use strict";
// Takes what has been filled in off the list of what is still missing. Without this script the list
// stays as it is.
{
  const form = document.querySelector("form.adding");
  const items = [...document.querySelectorAll("[data-boxes]")];
  const done = document.querySelector("[data-done]");

  const isFilled = (name) =>
    [...form.querySelectorAll(`[name="${name}"]`)].some((box) =>
      /^(checkbox|radio)$/.test(box.type) ? box.checked : box.value.trim(),
    );
  const look = () => {
    for (const item of items) {
      item.hidden = item.dataset.boxes.split(" ").some(isFilled);
    }
    done.hidden = items.some((item) => !item.hidden);
  };

  if (done) {
    form.addEventListener("input", look);
    look();
  }
}
