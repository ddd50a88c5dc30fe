"use strict";
// Shows the progress of publications on the page that lists them: asks the server every second
// until they are over. Announces each new step to screen readers, but not each page.
{
  const from = document.currentScript.dataset.from;
  const aloud = document.querySelector(".publishing [role=status]");
  const report = document.querySelector("[data-report-follows]");
  let boxes = [...document.querySelectorAll("[data-how-far]")];

  const show = (box, step) => {
    const bar = box.querySelector("progress");
    bar.hidden = step.percent === null;
    bar.value = step.percent || 0;
    box.querySelector(".how-far-words").textContent = step.words;
    box.querySelector(".how-far-hint").hidden = true;
    if (box.dataset.howFar === "head" && aloud.textContent !== step.aloud) {
      aloud.textContent = step.aloud;
    }
  };

  const ask = async () => {
    const query = boxes.map((box) => `of=${box.dataset.howFar}`).join("&");
    const answer = await fetch(`${from}?${query}`);
    // An officer who is no longer signed in is redirected.
    if (answer.redirected || answer.status === 403) {
      boxes.forEach((box) => { box.querySelector(".how-far-hint").hidden = false; });
      boxes = [];
      return 0;
    }
    const { said, again } = await answer.json();
    const over = boxes.filter((box) => said[box.dataset.howFar].is_over);
    boxes.forEach((box) => show(box, said[box.dataset.howFar]));
    if (report && over.some((box) => report.contains(box))) {
      location.reload();
      return 0;
    }
    if (over.some((box) => box.dataset.howFar === "head")) {
      // The page was made before this publication ended, so its count may be wrong.
      document.querySelectorAll("[data-waiting]").forEach((count) => { count.hidden = true; });
    }
    boxes = boxes.filter((box) => !over.includes(box));
    return again;
  };

  const look = async () => {
    let again = 5;  // A restarted server answers soon.
    try {
      again = document.hidden ? 1 : await ask();
    } catch (error) {
      // Try again.
    }
    if (boxes.length) {
      setTimeout(look, again * 1000);
    }
  };
  look();
}
