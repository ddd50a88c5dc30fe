"use strict";
// Keeps the state of publishing at the top of the page up to date, without a reload: every second
// while something is published, otherwise every 20 seconds and whenever the officer comes back.
// Pages that say what readers have load themselves again, unless something is typed in them.
{
  const from = document.currentScript.dataset.from;
  const section = document.currentScript.closest(".publication");
  const head = section.querySelector(".publishing");
  const aloud = section.querySelector("[role=status]");
  const isLive = "live" in section.dataset;
  let boxes = [...document.querySelectorAll("[data-how-far]")];
  let timer = 0;
  let leftAt = -Infinity;

  const show = (box, step) => {
    const bar = box.querySelector("progress");
    bar.hidden = step.percent === null;
    bar.value = step.percent || 0;
    box.querySelector(".how-far-words").textContent = step.words;
  };

  const showHead = (step) => {
    // Says nothing of a publication that was over before the page was opened.
    if (head.hidden && step.is_over) {
      return;
    }
    head.hidden = false;
    if (aloud.textContent !== step.aloud) {
      aloud.textContent = step.aloud;
    }
  };

  const note = ({ words, url, link }) => {
    const line = document.createElement("p");
    line.className = "errornote";
    line.textContent = `${words} `;
    if (url) {
      const more = document.createElement("a");
      more.href = url;
      more.textContent = link;
      line.append(more);
    }
    return line;
  };

  const isChanged = (field) => {
    if (field.options) {
      const first = [...field.options].findIndex((option) => option.defaultSelected);
      return !field.multiple && field.selectedIndex !== Math.max(first, 0);
    }
    if (field.type === "checkbox" || field.type === "radio") {
      return field.checked !== field.defaultChecked;
    }
    return field.type !== "hidden" && field.value !== field.defaultValue;
  };

  const loadAgain = () => {
    const fields = document.querySelectorAll("#content input, #content select, #content textarea");
    // A reload would call off the page that the officer has just asked for.
    const isLeaving = Date.now() - leftAt < 30000;
    if (isLeaving || [...fields].some(isChanged)) {
      section.querySelector("[data-changed]").hidden = false;
    } else {
      location.reload();
    }
  };

  const ask = async () => {
    const query = new URLSearchParams({ mark: section.dataset.mark });
    boxes.forEach((box) => query.append("of", box.dataset.howFar));
    const answer = await fetch(`${from}?${query}`);
    // An officer who is no longer signed in is redirected.
    if (answer.redirected || answer.status === 403) {
      boxes.forEach((box) => { box.querySelector(".how-far-hint").hidden = false; });
      return 0;
    }
    const { said, again, state } = await answer.json();
    showHead(said.head);
    boxes.forEach((box) => show(box, said[box.dataset.howFar]));
    const over = boxes.filter(
      (box) => box.dataset.howFar !== "head" && said[box.dataset.howFar].is_over,
    );
    boxes = boxes.filter((box) => !over.includes(box));
    if (state) {
      section.dataset.mark = state.mark;
      const notes = section.querySelector("[data-notes]");
      notes.textContent = "";
      notes.append(...state.notes.map(note));
      section.querySelector("[data-waiting]").textContent = state.waiting;
      const later = section.querySelector("[data-later]");
      later.hidden = !state.later;
      later.querySelector("a").textContent = state.later;
    }
    if (isLive && (state || over.length)) {
      loadAgain();
    }
    return again;
  };

  const look = async () => {
    clearTimeout(timer);
    let again = 5;  // A restarted server answers soon.
    try {
      again = document.hidden ? 20 : await ask();
    } catch (error) {
      // Try again.
    }
    if (again) {
      clearTimeout(timer);
      timer = setTimeout(look, again * 1000);
    }
  };

  boxes.forEach((box) => { box.querySelector(".how-far-hint").hidden = true; });
  addEventListener("beforeunload", () => { leftAt = Date.now(); });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      look();
    }
  });
  look();
}
