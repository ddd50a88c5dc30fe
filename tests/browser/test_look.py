"""How the pages look and work: on a small phone, by keyboard, on paper, in Urdu, bare."""

import re
from itertools import pairwise

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.browser.pages import OPEN_MENUS, SIDEWAYS, pages_in, visit
from tests.support.addresses import ONE_OF_EACH_TEMPLATE, in_language

SPOC = "01384 455411"
SPOC_LINK = ".spoc-number a"  # In the card on every page.
SPOC_LINE = ".local a"  # On inner pages, until they are wide enough for the card beside them.
FIRST_SCREEN = 200  # Pixels above the heading of an inner page on the smallest phone.
ARABIC_FACES = re.compile(
    r"nastal|naskh|arab|urdu|kufi|amiri|scheherazade|geeza|dejavu sans|segoe ui|tahoma", re.I
)

BOX = """(element) => {
  const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
  return { left, top, right, bottom, width, height };
}"""
SCROLL_TO_END = "() => scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })"
POSITION = "(element) => getComputedStyle(element).position"
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def box(page, selector):
    """An element's position in the window."""
    return page.locator(selector).first.evaluate(BOX)


def assert_within(inner, width, height, what):
    assert inner["width"] > 0, what
    assert inner["height"] > 0, what
    assert inner["left"] >= 0, what
    assert inner["top"] >= 0, what
    assert inner["right"] <= width, (what, inner)
    assert inner["bottom"] <= height, (what, inner)


def open_at(page, path, width, height):
    page.set_viewport_size({"width": width, "height": height})
    visit(page, path)


# A small phone.


@pytest.mark.parametrize("code", ["en", "ur"])
def test_no_page_scrolls_sideways_on_the_smallest_phone(page, code):
    too_wide = {}
    for path in pages_in(code):
        visit(page, path)
        page.evaluate(OPEN_MENUS)
        for height in (640, 256):
            page.set_viewport_size({"width": 320, "height": height})
            overflow = page.evaluate(SIDEWAYS)
            if overflow["scrollWidth"] > 320 or overflow["wide"]:
                too_wide[path, height] = overflow
    assert too_wide == {}


def test_the_numbers_and_four_doors_can_be_seen_without_scrolling(page):
    open_at(page, "/", 390, 844)
    expect(page.locator(SPOC_LINK)).to_have_text(SPOC)
    expect(page.locator("nav.doors a")).to_have_count(13)
    doors = [f".doors li:nth-child({number}) a" for number in range(1, 5)]
    for selector in ['a[href="tel:999"]', SPOC_LINK, *doors]:
        assert_within(box(page, selector), 390, 844, selector)


def test_the_heading_of_every_inner_page_is_on_the_first_screen(page):
    too_low = {}
    for path in pages_in("en"):
        open_at(page, path, 320, 568)
        top = box(page, "main h1")["top"]
        if top > FIRST_SCREEN:
            too_low[path] = top
    assert too_low == {}


@pytest.mark.parametrize("path", ["/topics/law/", "/contacts/", "/find/", "/no-such-page/"])
def test_the_local_number_is_above_the_heading_or_beside_it(page, path):
    for width, place in [(320, SPOC_LINE), (900, SPOC_LINE), (1280, SPOC_LINK)]:
        open_at(page, path, width, 640)
        assert_within(box(page, place), width, 640, (path, width))
        assert page.locator(SPOC_LINE).is_visible() == (place == SPOC_LINE)


@pytest.mark.parametrize("path", ["/", "/help-now/"])
def test_the_card_also_gives_the_free_lines_that_answer_day_and_night(page, path):
    open_at(page, path, 390, 844)
    lines = page.locator(".always a")
    expect(lines).to_have_text(["0808 500 2222 16 and over", "0800 1111 Under 19: Childline"])
    for line in lines.all():
        place = line.evaluate(BOX)
        assert_within(place, 390, 844, path)
        assert place["height"] >= 44
    expect(page.locator(SPOC_LINE)).to_have_count(0)


def exit_after_scrolling(page, path):
    page.goto(path)
    page.evaluate(SCROLL_TO_END)
    assert page.evaluate("scrollY") > 500, f"{path} is too short to prove anything."
    return box(page, ".exit")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", ["/", "/contacts/", "/strategy/evidence/"])
def test_the_exit_stays_in_the_same_corner_at_the_end_of_a_page(page, path, width):
    page.set_viewport_size({"width": width, "height": 640})
    corners = {}
    for code in ("en", "ur"):
        place = exit_after_scrolling(page, in_language(path, code))
        assert_within(place, width, 640, code)
        assert min(place["width"], place["height"]) >= 44, (code, place)
        assert place["left"] > width - place["right"], "It is on the right."
        on_top = page.evaluate(
            "([x, y]) => Boolean(document.elementFromPoint(x, y)?.closest('.exit'))",
            [(place["left"] + place["right"]) / 2, (place["top"] + place["bottom"]) / 2],
        )
        assert on_top, code
        corners[code] = (place["right"], place["top"])
    assert corners["en"] == corners["ur"]


@pytest.mark.parametrize("code", ["en", "ur"])
def test_the_strip_scrolls_away_where_it_would_cover_the_text(page, code):
    page.set_viewport_size({"width": 320, "height": 256})
    assert exit_after_scrolling(page, in_language("/", code))["bottom"] <= 0
    assert box(page, ".strip")["bottom"] <= 0


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
@pytest.mark.parametrize("code", ["en", "ur"])
def test_the_strip_never_covers_what_is_focused(page, code, key):
    open_at(page, in_language("/help-now/", code), 320, 640)
    stops = 0
    covered = []
    for stop in tab_stops(page, key):
        stops += 1
        page.evaluate(NEXT_FRAME)
        place, strip = stop.evaluate(BOX), box(page, ".strip")
        is_hidden = place["bottom"] <= strip["bottom"] or place["top"] >= 640
        if is_hidden and stop.evaluate("(element) => !element.closest('.strip, .skip')"):
            covered.append((stop.inner_text(), place["bottom"], strip["bottom"]))
    assert stops > 20
    assert covered == []


# The keyboard.

FOCUSABLE = "a[href], summary, button, input, select, textarea"
# An outline of two pixels or a shadow: the style sheet uses these for nothing else.
IS_FOCUS_SEEN = """(element) => {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
}"""
NOT_REACHED = """(focusable) => [...document.querySelectorAll(focusable)]
  .filter((element) => element.checkVisibility() && !stopped.has(element))
  .map((element) => element.outerHTML)"""


def tab_stops(page, key="Tab"):
    """Every element that Tab reaches, once, while it has the focus."""
    page.evaluate("() => { window.stopped = new Set(); }")
    while True:
        page.keyboard.press(key)
        element = page.evaluate_handle("document.activeElement").as_element()
        is_new = element.evaluate(
            "(it) => it !== document.body && !stopped.has(it) && Boolean(stopped.add(it))"
        )
        if not is_new:
            return
        yield element


@pytest.mark.parametrize("code", ["en", "ur"])
def test_tab_comes_to_the_skip_link_then_to_the_exit(page, code):
    page.goto(in_language("/help-now/", code))
    skip = page.locator(".skip")
    expect(skip).not_to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Tab")
    expect(page.locator(".exit")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.locator("main :focus").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tab_reaches_every_link_and_the_focus_can_be_seen(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto("/")
    unseen = []
    for stop in tab_stops(page):
        if stop.evaluate("(element) => element.matches('summary')"):
            page.keyboard.press("Enter")
        if not stop.evaluate(IS_FOCUS_SEEN):
            unseen.append(stop.inner_text())
    assert page.locator(".languages a").count() > 1
    assert page.evaluate(NOT_REACHED, FOCUSABLE) == []
    assert unseen == []


# Without script.


@pytest.fixture
def bare_page(new_context):
    """A page in a browser without script."""
    return new_context(java_script_enabled=False).new_page()


@pytest.mark.parametrize("path", ["/", "/topics/law/", "/contacts/"])
def test_a_page_is_complete_without_script(bare_page, path):
    bare_page.goto(path)
    expect(bare_page.get_by_role("heading", level=1)).to_be_visible()
    assert bare_page.get_by_role("heading", level=2).count() > 1
    expect(bare_page.locator("a[href='tel:999']").first).to_be_visible()
    expect(bare_page.locator(SPOC_LINK)).to_be_visible()
    expect(bare_page.locator(SPOC_LINK)).to_have_attribute("href", "tel:01384455411")
    expect(bare_page.locator(".exit")).to_be_visible()
    expect(bare_page.locator(".exit")).to_have_attribute("href", settings.EXIT_URL)


def test_the_way_to_a_topic_and_to_another_language_needs_no_script(bare_page):
    bare_page.goto("/")
    bare_page.locator(".menu summary").click()
    bare_page.get_by_role("navigation", name="Menu").get_by_role("link", name="Topics").click()
    bare_page.locator("main a[href='/topics/law/']").click()
    expect(bare_page.get_by_role("heading", name="It is not your fault")).to_be_visible()
    bare_page.locator(".languages summary").click()
    bare_page.locator(".languages a[lang=ur]").click()
    expect(bare_page.locator("html")).to_have_attribute("dir", "rtl")


def test_the_menu_opens_in_the_page_and_covers_nothing(bare_page):
    bare_page.set_viewport_size({"width": 320, "height": 640})
    bare_page.goto("/contacts/")
    before = box(bare_page, "h1")["top"]
    bare_page.locator(".menu summary").click()
    menu = box(bare_page, ".menu nav")
    assert menu["top"] >= box(bare_page, ".menu summary")["bottom"]
    assert menu["bottom"] <= box(bare_page, SPOC_LINE)["top"]
    assert box(bare_page, "h1")["top"] > before + 200


def test_find_in_the_menu_answers(page):
    open_at(page, "/contacts/", 390, 844)
    page.locator(".menu summary").click()
    page.locator(".menu input").fill("it was years ago")
    page.locator(".menu input").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Find")
    expect(page.locator("main a[href='/guides/long-ago/']").first).to_be_visible()


# Urdu.

CHARACTERS = """(element) => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const places = [];
  for (let run = 0; walker.nextNode(); run += 1) {
    const node = walker.currentNode;
    for (let at = 0; at < node.length; at += 1) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const rect = range.getClientRects()[0];
      if (rect?.width && node.data[at].trim()) {
        const middle = (rect.top + rect.bottom) / 2;
        places.push({ text: node.data[at], run, left: rect.left, middle });
      }
    }
  }
  return places;
}"""


def fonts_of(page, selector):
    """The fonts that the browser actually drew an element's own words with."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    session.detach()
    assert fonts, selector
    return {font["familyName"] for font in fonts}


@pytest.mark.parametrize("path", ["/", "/help-now/", "/contacts/"])
def test_digits_run_from_left_to_right_in_urdu(page, path):
    page.goto(in_language(path, "ur"))
    expect(page.locator(SPOC_LINK)).to_have_text(SPOC)
    numbers = [
        number
        for number in page.locator("bdi:visible").all()
        if re.fullmatch(r"[\d ]+", number.inner_text())
    ]
    assert len(numbers) > 1
    for number in [page.locator(SPOC_LINK), *numbers]:
        places = number.evaluate(CHARACTERS)
        assert "".join(place["text"] for place in places) == number.inner_text().replace(" ", "")
        lefts = [place["left"] for place in places]
        assert lefts == sorted(lefts), number.inner_text()


def follows(after, before, run, size, onward):
    """Whether a character is on a lower line, further along its line, or beside the run."""
    further = [(after["left"] - earlier["left"]) * onward >= 0 for earlier in (before, *run)]
    is_same_line = abs(after["middle"] - before["middle"]) <= size / 2
    is_lower = after["middle"] - before["middle"] > size
    return is_lower or (is_same_line and further[0]) or all(further)


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize(("code", "onward"), [("en", 1), ("ur", -1)])
def test_the_words_of_the_strip_are_in_reading_order(page, code, onward, width):
    open_at(page, in_language("/", code), width, 844)
    for selector in (".danger", ".exit"):
        link = page.locator(selector)
        size = link.evaluate("(element) => parseFloat(getComputedStyle(element).fontSize)")
        places = link.evaluate(CHARACTERS)
        assert len(places) > 10
        for before, after in pairwise(places):
            if before["text"].isdecimal() and after["text"].isdecimal():
                continue
            run = [place for place in places if place["run"] == before["run"]]
            assert follows(after, before, run, size, onward), (selector, before, after)


def test_urdu_is_drawn_in_an_urdu_face_and_digits_in_the_same_face_as_in_english(page):
    page.goto("/")
    latin = {selector: fonts_of(page, selector) for selector in (f"{SPOC_LINK} bdi", ".danger bdi")}
    page.goto("/ur/guides/just-happened/")
    for selector in (".exit", ".danger", ".who-can-help h2"):
        expect(page.locator(selector)).to_have_text(re.compile("[\u0600-\u06ff]"))
        for face in fonts_of(page, selector):
            assert ARABIC_FACES.search(face), f"{selector} in {face}: install fonts-noto-core."
    for selector, faces in latin.items():
        assert fonts_of(page, selector) == faces, selector


# Paper, forced colours, wide-set text.


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/", "/help-now/", "/contacts/", "/guides/consent/"])
def test_a_printed_page_has_the_numbers_but_no_exit(page, path, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(path)
    expect(page.locator(".exit")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".exit")).to_be_hidden()
    # Once: at the top of an inner page, in the card elsewhere.
    (number,) = [
        link for link in page.locator(f"{SPOC_LINK}, {SPOC_LINE}").all() if link.is_visible()
    ]
    expect(number).to_contain_text(SPOC)
    expect(page.locator(".strip a[href='tel:999']")).to_be_visible()


def test_the_contact_numbers_fit_one_sheet_of_paper(page):
    """With about 15 mm to spare in the fonts of this machine: other machines have wider ones."""
    page.goto("/contacts/")
    margins = dict.fromkeys(["top", "bottom", "left", "right"], "10mm")
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", margin=margins))
    assert len(sheets) == 1


EDGE = """(element) => {
  const { borderStyle, borderWidth, borderColor, backgroundColor } = getComputedStyle(element);
  return { borderStyle, borderWidth, borderColor, backgroundColor };
}"""


@pytest.mark.parametrize("path", ["/", "/ur/", "/emergency/"])
def test_the_strip_has_edges_in_forced_colours(page, path):
    page.goto(path)
    page.emulate_media(forced_colors="active")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    links = page.locator(".strip a").all()
    assert len(links) >= 2
    for link in links:
        style = link.evaluate(EDGE)
        assert style["borderStyle"] == "solid"
        assert float(style["borderWidth"].removesuffix("px")) >= 1
        assert style["borderColor"] != style["backgroundColor"]
        assert style["borderColor"] != "rgba(0, 0, 0, 0)"


# WCAG 1.4.12, as a reader's own style sheet would set it.
SPACE_OUT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * {
      line-height: 1.5 !important;
      letter-spacing: 0.12em !important;
      word-spacing: 0.16em !important;
    }
    p { margin-block-end: 2em !important; }
  `);
  document.adoptedStyleSheets = [sheet];
}"""
# Text that runs out of the window, or out of a box with its own edge, background or clip.
CLIPPED = """() => {
  const clipped = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const isBox = (element) => {
    const style = getComputedStyle(element);
    if (style.display === "inline" || element === document.body) return false;
    return style.overflow !== "visible" || style.backgroundColor !== "rgba(0, 0, 0, 0)" ||
      parseFloat(style.borderTopWidth) > 0;
  };
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.data.trim() || node.parentElement.closest(".skip, .unseen")) continue;
    if (!node.parentElement.checkVisibility()) continue;
    const range = new Range();
    range.selectNodeContents(node);
    const boxes = [{ left: 0, right: innerWidth, top: -Infinity, bottom: Infinity }];
    for (let up = node.parentElement; up; up = up.parentElement)
      if (isBox(up)) boxes.push(up.getBoundingClientRect());
    for (const text of range.getClientRects())
      if (boxes.some((box) => text.left < box.left - 1 || text.right > box.right + 1 ||
        text.top < box.top - 1 || text.bottom > box.bottom + 1)) clipped.push(node.data.trim());
  }
  return clipped;
}"""


@pytest.mark.parametrize("path", ["/", "/help-now/"])
def test_widely_spaced_text_clips_nothing_and_scrolls_nothing_sideways(page, path):
    open_at(page, path, 320, 640)
    page.evaluate(OPEN_MENUS)
    before = box(page, "main")["height"]
    page.evaluate(SPACE_OUT)
    assert box(page, "main")["height"] > before * 1.1
    assert page.evaluate(SIDEWAYS) == {"scrollWidth": 320, "wide": []}
    assert page.evaluate(CLIPPED) == []


# Text twice as large, as chosen in the browser's own settings. WCAG 1.4.4.

LARGE = {"standard": 32, "fixed": 26}
IN_ONE_PIECE = """(selector) => {
  const range = new Range();
  range.selectNodeContents(document.querySelector(selector));
  const places = [...range.getClientRects()].filter((place) => place.width);
  const { clientWidth } = document.documentElement;
  return new Set(places.map((place) => place.bottom)).size === 1 &&
    places.every(({ left, right }) => left >= 0 && right <= clientWidth);
}"""


@pytest.mark.parametrize("code", ["en", "ur"])
def test_text_twice_as_large_fits_the_phone_and_neither_number_breaks(page, code):
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": LARGE})
    faults = {}
    for path in pages_in(code):
        page.goto(path)
        page.evaluate(OPEN_MENUS)
        for width in (360, 320):
            page.set_viewport_size({"width": width, "height": 640})
            if fault := faults_of_large_text(page, width):
                faults[path, width] = fault
            # So large a strip must scroll away, or it would cover the text.
            assert page.locator(".strip").evaluate(POSITION) == "static", (path, width)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "36px"
    assert faults == {}


def faults_of_large_text(page, width):
    overflow = page.evaluate(SIDEWAYS)
    clipped = page.evaluate(CLIPPED)
    numbers = [
        selector
        for selector in ("a[href='tel:999'] bdi", f"{SPOC_LINK} bdi", f"{SPOC_LINE} bdi")
        if page.locator(selector).count() and not page.evaluate(IN_ONE_PIECE, selector)
    ]
    if overflow["scrollWidth"] > width or overflow["wide"] or clipped or numbers:
        return overflow, clipped, numbers
    return None


@pytest.mark.parametrize("size", [16, 20, 24, 28, 32])
@pytest.mark.parametrize("width", [320, 360, 412])
def test_the_strip_holds_its_words_at_every_size_of_text(page, width, size):
    page.set_viewport_size({"width": width, "height": 800})
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": size, "fixed": size}})
    for path in ("/", "/ur/", "/pl/", "/emergency/"):
        page.goto(path)
        assert page.evaluate(SIDEWAYS) == {"scrollWidth": width, "wide": []}, path
        assert page.evaluate(CLIPPED) == [], path
        strip = box(page, ".strip")
        is_stuck = page.evaluate("getComputedStyle(document.querySelector('.strip')).position")
        assert is_stuck == "static" or strip["height"] <= 0.3 * 800, (path, strip)


# Lists.

LISTS_THAT_ARE_NONE = """() => [...document.querySelectorAll("ul, ol")]
  .filter((list) => getComputedStyle(list).listStyleType === "none")
  // A browser that drops such a list keeps it in a navigation.
  .filter((list) => !list.closest("nav") && list.getAttribute("role") !== "list")
  .map((list) => list.outerHTML.slice(0, 80))"""


def test_a_list_without_bullets_is_still_announced_as_a_list(page):
    bare_lists = {}
    for path in ONE_OF_EACH_TEMPLATE:
        page.goto(path)
        if lists := page.evaluate(LISTS_THAT_ARE_NONE):
            bare_lists[path] = lists
    assert bare_lists == {}


# A page is one request, and leaves nothing.

KEPT = """async () => ({
  local: localStorage.length,
  session: sessionStorage.length,
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""


def test_a_page_is_one_request_and_leaves_nothing_behind(page, base_url):
    requests, troubles = [], []
    page.context.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: troubles.append((message.location["url"], message.text)))
    page.on("pageerror", lambda error: troubles.append((page.url, str(error))))
    not_found = []
    for path in ONE_OF_EACH_TEMPLATE:
        response = page.goto(path)
        if response.status == 404:
            not_found.append(base_url + path)
        stored = page.evaluate(KEPT)
        assert set(stored.values()) == {0}, (path, stored)
        assert page.context.cookies() == [], path
    # Compared at the end, to include late requests of any page.
    assert requests == [base_url + path for path in ONE_OF_EACH_TEMPLATE]
    # The browser itself logs a missing page, and nothing else may be logged.
    assert not_found == [base_url + "/no-such-page/"]
    assert [url for url, text in troubles] == not_found, troubles
    assert all("status of 404" in text for url, text in troubles), troubles


# Sentences in the other direction, one below another: each is read whole.

OVERLAPS = """() => [...document.querySelectorAll(":is(.traces, .fine) > [dir='ltr']")]
  .filter((sentence) => getComputedStyle(sentence).display !== "block")
  .map((sentence) => sentence.textContent)"""


def test_the_lines_of_an_urdu_page_do_not_overlap(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/ur/contacts/")
    assert page.evaluate(OVERLAPS) == []
