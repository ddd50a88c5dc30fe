/*
 * Opening hours: "Open now until 5pm", "Opens tomorrow at 9am".
 *
 * The server has worked out the moments at which each line opens and closes. Here they are only
 * compared with the phone's clock, and said in the time of Dudley, wherever the phone thinks it is.
 * Where the clock cannot be right, and where the hours are not known, nothing is said.
 */
const MINUTE_MS = 60000;
const ZONE = { timeZone: "Europe/London" };

const isEnglish = () => root.lang.startsWith("en");
const inDudley = (minute, format) =>
  new Intl.DateTimeFormat(isEnglish() ? "en-GB" : root.lang, { ...ZONE, ...format }).format(minute * MINUTE_MS);

function clock(minute) {
  const isFullHour = minute % 60 === 0;
  if (!isEnglish()) return inDudley(minute, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const format = { hour: "numeric", hourCycle: "h12", ...(isFullHour ? {} : { minute: "2-digit" }) };
  return inDudley(minute, format).replace(/\s/g, "").toLowerCase();
}

/* The number of a day of the calendar: a day may have 23 hours, or 25. */
const dayOf = (minute) =>
  Date.parse(new Intl.DateTimeFormat("en-CA", ZONE).format(minute * MINUTE_MS)) / (24 * 60 * MINUTE_MS);

function say(name, minute, daysAhead = 0) {
  const date = daysAhead > 6 ? { day: "numeric", month: "long" } : {};
  const words = find("template[data-hours]").dataset[name];
  return words
    .replace("{time}", () => clock(minute))
    .replace("{day}", () => inDudley(minute, { weekday: "long", ...date }));
}

/* From the first moment and the steps from each to the next: pairs of beginning and end. */
function intervals(steps) {
  const moments = [];
  for (const step of JSON.parse(steps)) moments.push((moments[moments.length - 1] ?? 0) + step);
  return moments.flatMap((start, at) => (at % 2 ? [] : [[start, moments[at + 1]]]));
}

const covers = ([start, end], now) => start <= now && now < end;

/* What to say of a line now, or nothing. */
function labelOf({ open, unknown, built, ends }, now) {
  if (now < built || now >= ends) return "";
  const openNow = open.find((one) => covers(one, now));
  if (openNow) {
    const isForLong = openNow[1] - now > 24 * 60 || openNow[1] === Number(ends);
    return isForLong ? say("open") : say("until", openNow[1]);
  }
  if (unknown.some((one) => covers(one, now))) return "";
  const next = open.find(([start]) => start > now);
  /* Between here and there lies a day that is not known. */
  if (!next || unknown.some(([start]) => start > now && start < next[0])) return say("closed");
  const daysAhead = dayOf(next[0]) - dayOf(now);
  return say(["opens", "tomorrow"][daysAhead] ?? "later", next[0], daysAhead);
}

function sayHours() {
  const now = Date.now() / MINUTE_MS;
  for (const place of document.querySelectorAll(".label[data-open]")) {
    const { built, ends } = place.dataset;
    const open = intervals(place.dataset.open);
    const unknown = intervals(place.dataset.unknown);
    const label = attempt(() => labelOf({ open, unknown, built, ends }, now));
    place.textContent = label ? `${label}.` : "";
    place.hidden = !label;
    place.dataset.now = label && open.some((one) => covers(one, now)) ? "open" : "";
  }
  attempt(showOpen);
}

/* The list of services can show those alone of which a label says that they are open. */
function showOpen() {
  const button = find("[data-open-now]");
  if (!button) return;
  button.hidden = false;
  const only = button.getAttribute("aria-pressed") === "true";
  let count = 0;
  for (const card of document.querySelectorAll(".cards > li")) {
    card.hidden = only && !card.querySelector('[data-now="open"]');
    if (!card.hidden) count += 1;
  }
  find("[data-none-open]").hidden = count > 0;
  button.onclick = () => {
    button.setAttribute("aria-pressed", String(!only));
    showOpen();
  };
}
sayHours();
/* Pages that hidden visits put in place are labelled too, and time goes on. */
new MutationObserver(sayHours).observe(document.body, { childList: true });
setInterval(sayHours, MINUTE_MS);
