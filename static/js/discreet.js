/*
 * "Hide my visit": fetch each page and swap it into the page on screen. The address, title and
 * history don't change, so the whole visit is one history entry, which the exit then replaces. We
 * call no History API: we saw one call put the site back into the browser's list of visited pages.
 *
 * The reader turns this on, for this tab only. In an ordinary visit, only the results of find are
 * fetched this way.
 */
const PATIENCE_MS = 20000;
const IDLE_MS = 300000;
/* We turn only our own pages into HTML, in a document that runs no scripts. */
const policy = window.trustedTypes?.createPolicy("hub", { createHTML: (html) => html });
let isDiscreet = isMarked(DISCREET);
let shownUrl = location.href;
let address = location.href; /* The tab's address, even in a hidden visit. */
let latest = 0;
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

/* Parts of every complete page of ours. If a page was cut short, some are missing. */
const PARTS = ["[data-exit-url]", "[data-exit]", '[href="tel:999"]', "main h1", "[data-cover]", "body > script"];

function isOurs({ url, headers }, page) {
  const isPage = headers.get("Content-Type")?.startsWith("text/html");
  return new URL(url).origin === location.origin && isPage && PARTS.every((part) => page.querySelector(part));
}

function focusOn(element) {
  if (!element) return;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/* Follow a fragment without adding a history entry. */
function goTo(hash) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  target?.scrollIntoView();
  focusOn(target);
}

/*
 * The page at this address, or nothing. A captive portal, filter or proxy may answer with another
 * page. If we showed it in place of ours, the numbers and the exit would disappear.
 */
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
    return isOurs(response, page) && { page, url: response.url };
  } catch {
    return null;
  }
}

async function open(url, options) {
  const turn = ++latest;
  root.dataset.loading = "";
  const loaded = await load(url, options);
  /* A later press wins, and the exit beats everything. */
  if (turn !== latest || isLeaving) return;
  delete root.dataset.loading;
  if (!loaded) return fail(url, options);
  shownUrl = loaded.url;
  if (!isDiscreet) takeAddress(loaded);
  root.lang = loaded.page.documentElement.lang;
  root.dir = loaded.page.documentElement.dir;
  keepStyles();
  document.body.textContent = "";
  document.body.append(...loaded.page.body.childNodes);
  paint();
  startAtHeading();
  if (isCoverUp()) return cover();
  if (new URL(url).hash) goTo(new URL(url).hash);
}

/* The first page's policy refuses the styles of a newer edition, so its own styles stay. */
function keepStyles() {
  const kept = [...document.head.querySelectorAll("style")].map((style) => style.textContent);
  for (const style of document.body.querySelectorAll("svg > style"))
    if (!kept.includes(style.textContent)) document.head.append(style);
}

/*
 * Results of find are swapped in on every visit: when the browser itself sends a form, it keeps the
 * reader's words in its files. Only the address of the empty search box goes into the history.
 */
function takeAddress({ page, url }) {
  if (withoutHash(url) !== withoutHash(address)) history.pushState(null, "", url);
  address = location.href;
  document.title = page.title;
}

/* Show that the press worked: a small phone would show only the same header again. */
function startAtHeading() {
  const heading = find("main h1");
  heading.scrollIntoView();
  focusOn(heading);
}

/* Never navigate automatically: the reader chooses where to go from here. */
function fail(url, options) {
  const heading = document.createElement("h1");
  find("main").textContent = "";
  find("main").append(heading, fromTemplate("failed"));
  heading.append(find("[data-heading]"));
  find("[data-again]").onclick = () => open(url, options);
  if (options) find("[data-ordinary]").remove();
  else find("[data-ordinary]").href = url;
  startAtHeading();
}

/* The other site will replace this page in the phone's history: warn first. */
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
  if (!isPlain || !link?.protocol.startsWith("http")) return;
  const url = new URL(link.getAttribute("href"), shownUrl);
  /* A press on a page's contents needs no history entry of its own, on any visit. */
  const isHere = url.hash && withoutHash(url.href) === withoutHash(shownUrl);
  if (!isDiscreet && !isHere) return;
  event.preventDefault();
  if (isHere && isDiscreet) goTo(url.hash);
  else if (isHere) location.replace(url.hash);
  else if (url.origin !== location.origin) warn(link);
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

/* Back and Forward, to a page that results of find had replaced. */
addEventListener("popstate", () => {
  const isSamePage = withoutHash(location.href) === withoutHash(address);
  address = location.href;
  if (!isSamePage) open(address);
});

function toggle() {
  isDiscreet = !isDiscreet;
  (isDiscreet ? mark : unmark)(DISCREET);
  paint();
  restartIdle();
}

/* The cover, for anyone who comes back to the tab. What it hides is not read out either. */
function drawCover() {
  for (const part of document.body.children) {
    if (part.matches("[data-cover]")) part.hidden = !isCoverUp();
    else part.inert = isCoverUp();
  }
}

function cover() {
  putCoverUp();
  drawCover();
  find("[data-uncover]").focus();
}

function uncover() {
  takeCoverDown();
  drawCover();
  focusOn(find("main h1"));
  restartIdle();
}

function restartIdle() {
  clearTimeout(idle);
  if (isDiscreet) idle = setTimeout(cover, IDLE_MS);
}

on("visibilitychange", () => document.hidden && isDiscreet && cover());
for (const sign of ["pointerdown", "keydown", "scroll"]) on(sign, restartIdle);
/* Also on a page restored from the back-forward cache: the mode may have changed since. */
addEventListener("pageshow", (event) => {
  if (event.persisted) isDiscreet = isMarked(DISCREET);
  paint();
  restartIdle();
});
paint();
if (isCoverUp()) cover();
isReady = true;
pressed?.click();
