/*
 * "Hide my visit": pages are fetched and put in the place of the one that is shown. The address,
 * the title and the history stay as they were, so that one entry stands for the whole visit, and
 * the exit replaces that one. No History API is called: one call was seen to bring the site back
 * into the browser's list of visited pages.
 *
 * Chosen by the reader, for this tab only. In an ordinary visit the answer of find alone is fetched
 * like this.
 */
const PATIENCE_MS = 20000;
const IDLE_MS = 300000;
/* The only text that becomes HTML is a page of our own, in a document that runs nothing. */
const policy = window.trustedTypes?.createPolicy("hub", { createHTML: (html) => html });
let isDiscreet = isMarked(DISCREET);
let shownUrl = location.href;
let address = location.href; /* The tab's own, in a hidden visit too. */
let latest = 0;
let isCovered = false;
let idle;

const withoutHash = (url) => url.split("#")[0];
const fromTemplate = (name) => find(`template[data-${name}]`).content.cloneNode(true);

function paint() {
  root.dataset.discreet = isDiscreet ? "on" : "off";
  const button = find("button[data-discreet]");
  if (!button) return;
  button.hidden = false;
  button.setAttribute("aria-pressed", isDiscreet);
  find("[data-discreet-note]").hidden = !isDiscreet;
}

function focusOn(element) {
  if (!element) return;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/* A fragment without a new entry in the history. */
function goTo(hash) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  target?.scrollIntoView();
  focusOn(target);
}

/* The page at this address, or nothing: no answer, an answer from elsewhere, or no page of ours. */
async function load(url, options) {
  try {
    const response = await fetch(url, {
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout?.(PATIENCE_MS),
      ...options,
    });
    const html = await response.text();
    const page = new DOMParser().parseFromString(policy?.createHTML(html) ?? html, "text/html");
    const isOurs = new URL(response.url).origin === location.origin && page.querySelector("main");
    return isOurs && { page, url: response.url };
  } catch {
    return null;
  }
}

async function open(url, options) {
  const turn = ++latest;
  root.dataset.loading = "";
  const loaded = await load(url, options);
  /* A later press wins, and the exit over all. */
  if (turn !== latest || isLeaving) return;
  delete root.dataset.loading;
  scrollTo(0, 0);
  if (!loaded) return fail(url, options);
  shownUrl = loaded.url;
  if (!isDiscreet) takeAddress(loaded);
  root.lang = loaded.page.documentElement.lang;
  root.dir = loaded.page.documentElement.dir;
  document.body.replaceChildren(...loaded.page.body.childNodes);
  paint();
  if (isCovered) return cover();
  focusOn(find("main h1"));
  if (new URL(url).hash) goTo(new URL(url).hash);
}

/*
 * What was found is put in the place of the page in every visit: a form that the browser itself
 * sends stays in its files, words and all. Only the address of the empty box goes into the history.
 */
function takeAddress({ page, url }) {
  if (withoutHash(url) !== withoutHash(address)) history.pushState(null, "", url);
  address = location.href;
  document.title = page.title;
}

/* Nothing navigates by itself: where to go from here is the reader's choice. */
function fail(url, options) {
  const heading = document.createElement("h1");
  find("main").replaceChildren(heading, fromTemplate("failed"));
  heading.append(find("[data-heading]"));
  find("[data-again]").onclick = () => open(url, options);
  if (options) find("[data-ordinary]").remove();
  else find("[data-ordinary]").href = url;
  focusOn(heading);
}

/* The other site will be in the phone's history, in this page's place: say so first. */
function warn(link) {
  find("[data-warning]")?.remove();
  link.after(fromTemplate("external"));
  const note = find("[data-warning]");
  find("[data-where]").textContent = link.hostname;
  find("[data-go]").onclick = () => location.replace(link.href);
  find("[data-stay]").onclick = () => {
    note.remove();
    link.focus();
  };
  focusOn(note);
}

on("click", (event) => {
  const { target } = event;
  if (target.closest("button[data-discreet]")) return toggle();
  if (target.closest("[data-uncover]")) return uncover();
  const link = target.closest("a[href]:not([data-ordinary])");
  const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!isDiscreet || !isPlain || !link?.protocol.startsWith("http")) return;
  event.preventDefault();
  const url = new URL(link.getAttribute("href"), shownUrl);
  if (url.origin !== location.origin) warn(link);
  else if (url.hash && withoutHash(url.href) === withoutHash(shownUrl)) goTo(url.hash);
  else open(url.href);
});

on("submit", (event) => {
  const form = event.target;
  const url = new URL(form.getAttribute("action") ?? "", shownUrl);
  const isSwapped = isDiscreet || form.matches("[data-find]");
  if (!isSwapped || url.origin !== location.origin) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  if (form.method === "post") open(url.href, { method: "POST", body });
  else open(`${url.origin}${url.pathname}?${body}`);
});

/* Back and Forward, to where an answer of find was put in a page's place. */
addEventListener("popstate", () => {
  const isSamePage = withoutHash(location.href) === withoutHash(address);
  address = location.href;
  if (!isSamePage) open(address);
});

function toggle() {
  isDiscreet = !isDiscreet;
  (isDiscreet ? mark : unmark)(DISCREET);
  paint();
  rest();
}

/* The cover, for whoever comes back to the tab. */
function setCovered(value) {
  isCovered = value;
  for (const part of document.body.children) {
    if (part.matches("[data-cover]")) part.hidden = !value;
    else part.inert = value;
  }
}

function cover() {
  if (!isDiscreet || !find("[data-cover]")) return;
  setCovered(true);
  find("[data-uncover]").focus();
}

function uncover() {
  setCovered(false);
  focusOn(find("main h1"));
  rest();
}

function rest() {
  clearTimeout(idle);
  if (isDiscreet) idle = setTimeout(cover, IDLE_MS);
}

on("visibilitychange", () => document.hidden && cover());
for (const sign of ["pointerdown", "keydown", "scroll"]) on(sign, rest);
/* Also on a page that the browser gives back whole: the mode may have changed since. */
addEventListener("pageshow", (event) => {
  if (event.persisted) isDiscreet = isMarked(DISCREET);
  paint();
  rest();
});
paint();
isReady = true;
pressed?.click();
