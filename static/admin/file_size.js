"use strict";
// Says that a file is too big before it is sent. The server refuses it too.
for (const input of document.querySelectorAll("input[data-most-mb]")) {
  input.addEventListener("change", () => {
    const most = Number(input.dataset.mostMb);
    const isTooBig = [...input.files].some((file) => file.size > most * 1024 * 1024);
    input.setCustomValidity(isTooBig ? `This file is bigger than ${most} MB.` : "");
    input.reportValidity();
  });
}
