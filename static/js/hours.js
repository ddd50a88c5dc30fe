/*
 * Opening hours: "Open now until 5pm", "Opens tomorrow at 9am".
 *
 * The server works out the moments when each line opens and closes. Here we only compare them with
 * the phone's clock, and state them in Dudley time, whatever time zone the phone is set to. If the
 * clock cannot be right or the hours are not known, we show nothing.
 */
const MINUTE_MS = 60000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const FIGURES = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" };
const inDudley = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hourCycle: "h23", ...FIGURES });
const words = () => find("template[data-hours]").dataset;

/* The date and time in Dudley. A day may have 23 or 25 hours. */
function wall(minute) {
  const parts = {};
  for (const { type, value } of inDudley.formatToParts(minute * MINUTE_MS)) parts[type] = Number(value);
  const date = new Date(Date.UTC(parts.year, parts.month - 1, parts.day));
  return { ...parts, date, dayNumber: date.getTime() / DAY_MS };
}

const twoDigits = (number) => String(number).padStart(2, "0");

/* In the server's format, as in the hours beside the label. */
function clock({ hour, minute }) {
  if (hour === 0 && minute === 0) return words().midnight;
  if (!root.lang.startsWith("en")) return `${twoDigits(hour)}:${twoDigits(minute)}`;
  return `${hour % 12 || 12}${minute ? `:${twoDigits(minute)}` : ""}${hour < 12 ? "am" : "pm"}`;
}

/* The server's names, so that a day has only one name on a page. Monday comes first. */
function dayName({ date, day, month }, daysAhead) {
  const weekday = words().days.split("|")[(date.getUTCDay() + 6) % 7];
  return daysAhead > 6 ? `${weekday} ${day} ${words().months.split("|")[month - 1]}` : weekday;
}

function say(name, minute, daysAhead = 0) {
  /* Some labels name no moment. */
  const text = words()[name].replace("{time}", () => clock(wall(minute)));
  return text.replace("{day}", () => dayName(wall(minute), daysAhead));
}

/* Pairs of start and end, from the first moment and the steps between moments. */
function intervals(steps) {
  const pairs = [];
  let moment = 0;
  JSON.parse(steps).forEach((step, index) => {
    moment += step;
    if (index % 2) pairs[pairs.length - 1].push(moment);
    else pairs.push([moment]);
  });
  return pairs;
}

const covers = ([start, end], now) => start <= now && now < end;

/* The label for a line now, or nothing. */
function labelOf({ open, unknown, built, ends }, now) {
  if (now < built || now >= ends) return "";
  const openNow = open.find((interval) => covers(interval, now));
  if (openNow) {
    const isForLong = openNow[1] - now > 24 * 60 || openNow[1] === Number(ends);
    return isForLong ? say("open") : say("until", openNow[1]);
  }
  if (unknown.some((interval) => covers(interval, now))) return "";
  const next = open.find(([start]) => start > now);
  /* Some time before it opens is not known. */
  if (!next || unknown.some(([start]) => start > now && start < next[0])) return say("closed");
  const daysAhead = wall(next[0]).dayNumber - wall(now).dayNumber;
  return say(["opens", "tomorrow"][daysAhead] || "later", next[0], daysAhead);
}

function sayOne(place, now) {
  const { built, ends } = place.dataset;
  const open = intervals(place.dataset.open);
  const unknown = intervals(place.dataset.unknown);
  const label = labelOf({ open, unknown, built, ends }, now);
  place.textContent = label ? `${label}.` : "";
  place.hidden = !label;
  place.dataset.now = label && open.some((interval) => covers(interval, now)) ? "open" : "";
}

function sayHours() {
  const now = Date.now() / MINUTE_MS;
  for (const place of document.querySelectorAll(".label[data-open]")) {
    /* If a label cannot be worked out, hide it and show the others. */
    place.hidden = true;
    place.dataset.now = "";
    attempt(() => sayOne(place, now));
  }
  attempt(showOpen);
}

/* The list of services can show only the services labelled as open. */
function showOpen() {
  const button = find("[data-open-now]");
  if (!button) return;
  button.hidden = false;
  const only = button.getAttribute("aria-pressed") === "true";
  let count = 0;
  for (const card of document.querySelectorAll(".cards > li")) {
    card.hidden = only && !card.querySelector('[data-now="open"], [data-always]');
    if (!card.hidden) count += 1;
  }
  /* No heading stays over an empty list. */
  for (const list of document.querySelectorAll("section > .cards"))
    list.parentNode.hidden = !list.querySelector("li:not([hidden])");
  /* The contents would lead to parts that are hidden. */
  for (const contents of document.querySelectorAll(".contents")) contents.hidden = only;
  find("[data-none-open]").hidden = count > 0;
  button.onclick = () => {
    button.setAttribute("aria-pressed", String(!only));
    showOpen();
  };
}
sayHours();
/* Label pages that hidden visits swap in, and keep the labels up to date. */
new MutationObserver(sayHours).observe(document.body, { childList: true });
setInterval(sayHours, MINUTE_MS);
