"""After the exit: Back, Forward and reload show nothing of the site, not for one frame.

In an ordinary Chromium, which keeps whole pages for Back. Each test first shows that the site is
seen where it should be. Otherwise not seeing it would prove nothing.
"""

import json

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.support.addresses import ONE_OF_EACH_TEMPLATE, in_language
from tests.support.browser_exit import answer_exit, assert_left
from tests.support.chromium import pixels, serving, started
from tests.support.site_colours import COLOURS

VISIT = ["/", "/help-now/", "/topics/", "/contacts/"]
# Registered before the site's own listeners: a restored page must be blank before any runs.
HOW_SHOWN = """addEventListener("pageshow", ({ persisted }) => {
  const { visibility } = getComputedStyle(document.documentElement);
  console.log(`${location.pathname} ${persisted ? `kept ${visibility}` : "new"}`);
})"""
NO_CHANNEL = "delete window.BroadcastChannel"
WHEN_SENT_ON = """navigation.addEventListener("navigate", ({ destination, navigationType }) =>
  console.log(JSON.stringify([
    destination.url,
    navigationType,
    getComputedStyle(document.documentElement).visibility,
    document.body?.childElementCount ?? "no body yet",
  ])))"""


@pytest.fixture(scope="module")
def chromium(browser_type_launch_args, tmp_path_factory):
    with started(browser_type_launch_args, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def start(base_url):
    """The page before the site, on another host, like a search engine's."""
    body = f"<!doctype html><title>Start</title><a href='{base_url}/'>A result</a>".encode()
    with serving(lambda path: ([("Content-Type", "text/html")], [body])) as port:
        yield f"http://localhost:{port}/"


@pytest.fixture
def tab(chromium, start):
    with chromium.tab(start, settings.EXIT_URL) as tab:
        tab.before_every_page(HOW_SHOWN)
        yield tab


def visit(tab, base_url):
    for path in VISIT:
        tab.follow(base_url + path)


def leave(tab):
    tab.click(".exit")
    tab.wait_until_loaded(settings.EXIT_URL)


def reload(tab):
    tab.events.clear()
    tab.send("Page.reload")
    tab.until(lambda: any(line.endswith("new") for line in tab.console_lines()), "the page again")


def is_seen(page, tab):
    return pixels(page, [tab.picture()], COLOURS)[0] > 1000


def assert_nothing_seen(page, frames):
    assert pixels(page, frames, COLOURS) == [0] * len(frames)


def test_back_and_forward_show_the_pages_again_while_nobody_has_left(tab, page, base_url):
    visit(tab, base_url)
    for path in VISIT[-2::-1]:
        tab.travel(-1)
        tab.wait_until_loaded(base_url + path)
        assert is_seen(page, tab), path
    for path in VISIT[1:]:
        tab.travel(1)
        tab.wait_until_loaded(base_url + path)
        assert is_seen(page, tab), path
    assert {f"{path} kept hidden" for path in VISIT} <= set(tab.console_lines())


def test_after_the_exit_no_frame_shows_the_site_however_the_reader_comes_back(
    tab, page, base_url, start
):
    visit(tab, base_url)
    with tab.filmed() as frames:
        # Without the exit, Back restores the page as it was, and the camera sees it.
        tab.goto(settings.EXIT_URL)
        frames.clear()
        tab.travel(-1)
        tab.wait_until_loaded(base_url + VISIT[-1])
        tab.until(lambda: frames and max(pixels(page, frames, COLOURS)) > 1000, "a frame")
    assert f"{VISIT[-1]} kept hidden" in tab.console_lines()

    tab.hold()
    tab.click(".exit")
    tab.wait_until_asked()
    assert_nothing_seen(page, [tab.picture()])
    backs = forwards = reloads = 0
    with tab.filmed() as frames:
        tab.let_through()
        tab.wait_until_loaded(settings.EXIT_URL)
        for step in [-1] * 10 + [1] * 10:
            # The destination is slow, so the page has time to paint whatever it can.
            tab.hold()
            if not tab.travel(step):
                continue
            backs, forwards = backs + (step < 0), forwards + (step > 0)
            if tab.url().startswith(base_url):
                tab.wait_until_asked()
                tab.hold()
                tab.post("Page.reload")
                tab.wait_until_asked()
                reloads += 1
            tab.let_through()
            tab.wait_until_at(start, settings.EXIT_URL)
    assert (backs, forwards, reloads) == (4, 5, 3)
    assert frames
    assert_nothing_seen(page, frames)
    assert tab.history() == ([start, *[settings.EXIT_URL] * 5], 5)


def test_pages_kept_for_back_come_back_blank_and_leave_again(tab, page, base_url, start):
    # Without the channel nothing drops these pages: they must be blank by themselves.
    tab.before_every_page(NO_CHANNEL)
    visit(tab, base_url)
    leave(tab)
    with tab.filmed() as frames:
        for path in VISIT[-2::-1]:
            tab.events.clear()
            tab.hold()
            tab.travel(-1)
            tab.wait_until_asked()
            assert f"{path} kept hidden" in tab.console_lines()
            tab.let_through()
            tab.wait_until_loaded(settings.EXIT_URL)
    assert len(frames) >= len(VISIT) - 1  # One for each step back.
    assert_nothing_seen(page, frames)
    assert tab.history() == ([start, *[settings.EXIT_URL] * 4], 1)


def test_the_exit_drops_the_pages_kept_for_back(tab, base_url):
    visit(tab, base_url)
    leave(tab)
    tab.events.clear()
    for _ in VISIT[1:]:
        tab.travel(-1)
        tab.wait_until_loaded(settings.EXIT_URL)
    reasons = {
        reason["reason"]
        for method, params in tab.events
        if method == "Page.backForwardCacheNotUsed"
        for reason in params["notRestoredExplanations"]
    }
    assert "BroadcastChannelOnMessage" in reasons
    assert not [line for line in tab.console_lines() if " kept " in line and "webhp" not in line]


def test_every_kind_of_page_leaves_again_before_its_body_is_read(tab, base_url):
    paths = [*ONE_OF_EACH_TEMPLATE, in_language("/", "ur")]
    for path in paths:
        tab.goto(base_url + path)
    leave(tab)
    tab.before_every_page(WHEN_SENT_ON)
    for path in paths[-2::-1]:
        tab.events.clear()
        tab.travel(-1)
        tab.wait_until_loaded(settings.EXIT_URL)
        sent_on = [settings.EXIT_URL, "replace", "hidden", "no body yet"]
        assert sent_on in [json.loads(line) for line in tab.console_lines() if line[0] == "["], path


def test_the_page_stays_blank_when_leaving_is_stopped_and_tries_again_on_reload(
    tab, page, base_url
):
    tab.follow(base_url + "/")
    tab.hold()
    tab.click(".exit")
    tab.wait_until_asked()
    with tab.filmed() as frames:
        tab.send("Page.stopLoading")
        assert tab.evaluate("document.body.childNodes.length") == 0
        frames.append(tab.picture())
        tab.hold()
        tab.post("Page.reload")
        tab.wait_until_asked()
        tab.let_through()
        tab.wait_until_loaded(settings.EXIT_URL)
    assert_nothing_seen(page, frames)
    assert base_url + "/" not in tab.history()[0]


def test_the_exit_leaves_even_if_the_destination_does_not_answer(chromium, page, base_url, start):
    with chromium.tab(start) as tab:
        visit(tab, base_url)
        assert is_seen(page, tab)
        tab.click(".exit")
        tab.wait_until_at(settings.EXIT_URL)
        with tab.filmed() as frames:
            while tab.url() != start:
                tab.travel(-1)
                tab.wait_until_at(settings.EXIT_URL, start)
                tab.watch()
        assert len(frames) >= len(VISIT) - 1
        assert_nothing_seen(page, frames)
        assert tab.history() == ([start, *[settings.EXIT_URL] * 4], 0)


def test_a_new_visit_in_the_same_tab_shows_the_site_and_forgets_the_exit(tab, page, base_url):
    visit(tab, base_url)
    leave(tab)
    tab.goto(base_url + "/help-now/")
    assert tab.evaluate("sessionStorage.length") == 0
    assert is_seen(page, tab)
    tab.follow(base_url + "/topics/")
    assert is_seen(page, tab)
    tab.travel(-1)
    tab.wait_until_loaded(base_url + "/help-now/")
    assert is_seen(page, tab)
    reload(tab)
    assert is_seen(page, tab)
    leave(tab)
    urls, index = tab.history()
    assert urls[index] == settings.EXIT_URL
    tab.travel(1)
    tab.wait_until_loaded(settings.EXIT_URL)


def test_a_link_back_to_the_site_is_a_new_visit_too(tab, page, base_url, start):
    tab.follow(base_url + "/")
    leave(tab)
    tab.travel(-1)
    tab.wait_until_loaded(start)
    tab.follow(base_url + "/")
    assert is_seen(page, tab)
    assert tab.evaluate("sessionStorage.length") == 0


def test_a_tab_opened_after_the_exit_is_not_marked(tab, chromium, page, base_url):
    tab.follow(base_url + "/")
    leave(tab)
    with chromium.tab(base_url + "/topics/") as another:
        another.before_every_page(HOW_SHOWN)
        reload(another)
        assert is_seen(page, another)
        assert another.evaluate("sessionStorage.length") == 0


# A tab that has forgotten the exit, as when Firefox reopens, duplicates or restores one.

IS_COVERED = """(() => {
  const { visibility } = getComputedStyle(document.querySelector("h1"));
  const cover = document.querySelector("[data-cover]");
  return visibility === "hidden" && !cover.hidden && cover.contains(document.activeElement);
})()"""


def test_a_tab_that_has_forgotten_the_exit_comes_back_to_the_plain_cover(tab, page, base_url):
    visit(tab, base_url)
    leave(tab)
    tab.before_every_page("sessionStorage.clear()")
    with tab.filmed() as frames:
        for path in VISIT[-2::-1]:
            tab.travel(-1)
            tab.wait_until_loaded(base_url + path)
            assert tab.evaluate(IS_COVERED), path
            reload(tab)
            tab.wait_until_loaded(base_url + path)
            assert tab.evaluate(IS_COVERED), path
    assert frames
    assert pixels(page, frames, COLOURS[:1]) == [0] * len(frames)
    tab.click("[data-uncover]")
    tab.until(lambda: is_seen(page, tab), "the page behind the cover")
    # Once the reader continues, the next page shows at once.
    tab.travel(1)
    tab.wait_until_loaded(base_url + VISIT[1])
    tab.click("[data-uncover], h1")
    assert tab.evaluate("[sessionStorage.length, localStorage.length, document.cookie].join()") == (
        "0,0,"
    )


@pytest.fixture
def back_from_elsewhere(page, start):
    """Open this address, go on to another site and press Back. Playwright keeps no page."""

    def come(path):
        page.goto(path)
        page.goto(start)
        page.go_back()

    return come


@pytest.mark.parametrize("path", ["/help-now/", "/ur/", "/no-such-page/", "/emergency/"])
def test_back_from_another_site_meets_the_cover_once(page, back_from_elsewhere, path):
    back_from_elsewhere(path)
    assert page.evaluate(IS_COVERED)
    page.locator("[data-uncover]").click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("h1")).to_be_focused()
    page.reload()
    expect(page.locator("h1")).to_be_visible()
    page.goto("/topics/")
    page.go_back()
    expect(page.locator("h1")).to_be_visible()


def test_a_new_visit_is_never_covered(page, back_from_elsewhere, start):
    back_from_elsewhere("/help-now/")
    page.goto("/topics/")
    expect(page.locator("h1")).to_be_visible()
    page.reload()
    expect(page.locator("h1")).to_be_visible()
    page.goto(start)
    page.get_by_role("link").click()
    expect(page.locator("h1")).to_be_visible()


def test_shift_leaves_from_the_cover(page, context, back_from_elsewhere):
    arrivals = answer_exit(context)
    back_from_elsewhere("/help-now/")
    for _ in range(3):
        page.keyboard.press("Shift")
    assert_left(page, arrivals)


@pytest.mark.parametrize("lacking", ["window.navigation", "Navigation.prototype.activation"])
def test_nothing_changes_if_the_browser_cannot_tell(page, back_from_elsewhere, lacking):
    page.add_init_script(f"delete {lacking}")
    back_from_elsewhere("/help-now/")
    assert page.evaluate("window.navigation?.activation") is None
    expect(page.locator("h1")).to_be_visible()


def test_a_page_that_breaks_off_before_its_cover_is_shown(page, back_from_elsewhere):
    html = page.request.get("/help-now/").text()
    html = html[: html.index("</main>")]
    page.route("**/help-now/", lambda route: route.fulfill(body=html, content_type="text/html"))
    back_from_elsewhere("/help-now/")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("a[href='tel:999']").first).to_be_visible()
