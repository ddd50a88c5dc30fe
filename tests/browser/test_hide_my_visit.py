"""“Hide my visit”: pages replace the one on screen and leave no address."""

import base64
import re
import threading

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.support.browser_exit import assert_left, history_of
from tests.support.chromium import (
    ELSEWHERE,
    pixels,
    serving,
    started,
)
from tests.support.site_colours import COLOURS

SUBJECT = re.compile(
    r"rape|sexual|assault|abuse|violen|victim|survivor|help|hub|visit|leave|police|999", re.I
)
# Calls a page must not make here: any of them adds the site to the browser history again.
COUNT_CALLS = """
  window.calls = [];
  for (const [object, name] of [
    [History.prototype, "pushState"], [History.prototype, "replaceState"],
    [History.prototype, "go"], [History.prototype, "back"], [window, "open"],
    [Navigation.prototype, "navigate"], [Navigation.prototype, "updateCurrentEntry"],
  ]) object[name] = () => calls.push(name);
  window.asked = [];
  const real = window.fetch;
  window.fetch = (url, options) => {
    asked.push({ url: String(url), ...options, signal: null, body: options?.body?.toString() });
    return real(url, options);
  };
"""
HEADING = "document.querySelector('main h1').textContent"
SERVICE = "/services/day-and-night-line/"


# Kept in the page itself, so it is lost if the page is left.
REMEMBER = "() => { window.began = [location.href, document.title, history.length].join(); }"
IS_AS_IT_WAS = "[location.href, document.title, history.length].join() === window.began"


@pytest.fixture
def hidden(page, arrivals):
    """A page with the mode just switched on, before any other page of the site."""
    page.set_default_timeout(10_000)
    page.add_init_script(COUNT_CALLS)
    page.goto("/")
    switch(page)
    page.evaluate(REMEMBER)
    return page


def switch(page):
    page.get_by_role("button", name="Hide my visit").click()


def link_to(page, path):
    return page.locator(f"a[href='{path}']").first


def heading(page, path):
    """The heading of the page at this address, fetched outside the browser."""
    html = page.request.get(path).text()
    return re.search(r"<main.*?<h1[^>]*>(.*?)</h1>", html, re.DOTALL).group(1)


def follow(page, path):
    link_to(page, path).evaluate("(link) => link.click()")
    expect(page.locator("main h1")).to_have_text(heading(page, path))


def assert_hidden(page):
    """Still on the first page, as far as the browser and an onlooker can tell."""
    assert page.evaluate(IS_AS_IT_WAS)
    assert page.evaluate("window.calls") == []
    assert page.evaluate("Object.keys(sessionStorage).join()") == "h"


# Urdu headings have wide line spacing, and a page may be too short to scroll that far.
STARTS_AT_HEADING = """() => {
  const top = document.querySelector("main h1").getBoundingClientRect().top;
  const strip = Math.max(0, document.querySelector(".strip").getBoundingClientRect().bottom);
  const isAtEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
  return top >= strip - 1 && (top < strip + 90 || isAtEnd);
}"""


def assert_starts_at_heading(page):
    assert page.evaluate(STARTS_AT_HEADING)
    expect(page.locator("main h1")).to_be_in_viewport()


def assert_failed(page):
    expect(page.locator("main h1")).to_have_text("This page did not load")
    expect(page.locator("main h1")).to_be_focused()
    expect(page.locator("html[data-loading]")).to_have_count(0)
    main = page.locator("main")
    expect(main.get_by_role("button", name="Try again")).to_be_visible()
    expect(main.locator("a[href='tel:999']")).to_be_visible()
    expect(main.locator("a[href='tel:01384455411']")).to_be_visible()
    expect(page.locator(".exit")).to_be_visible()
    assert_hidden(page)


# The button.


def test_without_script_there_is_no_button(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/")
    expect(page.locator("h1")).to_be_visible()
    for selector in ("button[data-discreet]", "[data-discreet-note]", "[data-cover]"):
        expect(page.locator(selector)).to_be_attached()
        expect(page.locator(selector)).to_be_hidden()


def test_the_button_switches_the_mode_on_and_off_and_this_tab_remembers(page):
    page.goto("/help-now/")
    root, button = page.locator("html"), page.locator("button[data-discreet]")
    storage = "JSON.stringify([{...sessionStorage}, {...localStorage}])"
    expect(root).to_have_attribute("data-discreet", "off")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-discreet-note]")).to_be_hidden()
    assert page.evaluate(storage) == "[{},{}]"
    button.click()
    expect(root).to_have_attribute("data-discreet", "on")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-discreet-note][role=status]")).to_be_visible()
    assert page.evaluate(storage) == '[{"h":"1"},{}]'
    page.reload()
    expect(root).to_have_attribute("data-discreet", "on")
    expect(button).to_have_attribute("aria-pressed", "true")
    another = page.context.new_page()
    another.goto("/help-now/")
    expect(another.locator("html")).to_have_attribute("data-discreet", "off")
    button.click()
    expect(root).to_have_attribute("data-discreet", "off")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-discreet-note]")).to_be_hidden()
    assert page.evaluate(storage) == "[{},{}]"
    assert page.context.cookies() == []


@pytest.mark.parametrize("code", ["en", "ur"])
@pytest.mark.parametrize("size", [(320, 640), (320, 256), (1280, 800)])
def test_the_button_is_large_enough_and_reached_by_keyboard(page, code, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto("/ur/" if code == "ur" else "/")
    button = page.locator("button[data-discreet]")
    place = button.bounding_box()
    assert min(place["width"], place["height"]) >= 24
    assert 0 <= place["x"] <= size[0] - place["width"]
    for _ in range(5):
        page.keyboard.press("Tab")
        if button.evaluate("(button) => button === document.activeElement"):
            break
    expect(button).to_be_focused()
    expect(button).to_be_in_viewport(ratio=1)
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.emulate_media(media="print")
    expect(button).to_be_hidden()


def test_the_mode_works_where_storage_is_blocked(page, base_url):
    page.add_init_script("delete window.sessionStorage")
    page.goto("/")
    switch(page)
    follow(page, "/contacts/")
    assert page.url == f"{base_url}/"


# Pages.


def test_a_visit_to_many_pages_is_one_entry_with_one_address_and_title(hidden):
    moved = []
    hidden.on("framenavigated", lambda frame: moved.append(frame.url))
    for path in ["/contacts/", "/strategy/", "/strategy/evidence/", "/services/", SERVICE, "/"]:
        hidden.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
        if hidden.locator(f"a[href='{path}']").count() == 0:
            hidden.evaluate(
                """(path) => document.querySelector("main").append(
                  Object.assign(document.createElement("a"), { href: path, textContent: path }))""",
                path,
            )
        follow(hidden, path)
        expect(hidden.locator("main h1")).to_be_focused()
        assert_starts_at_heading(hidden)
        assert hidden.locator("main, h1, .exit, [data-cover]").count() == 4, path
        expect(hidden.locator(".exit")).to_be_visible()
        expect(hidden.locator("button[data-discreet]")).to_be_visible()
        expect(hidden.locator("button[data-discreet]")).to_have_attribute("aria-pressed", "true")
        expect(hidden.locator("[data-discreet-note]")).to_be_visible()
        assert_hidden(hidden)
    assert moved == []
    asked = hidden.evaluate("asked")
    assert len(asked) == 6
    for request in asked:
        assert (request["cache"], request["credentials"]) == ("no-store", "omit")


@pytest.mark.parametrize("code", ["en", "ur"])
@pytest.mark.parametrize("size", [(320, 568), (390, 844), (1280, 900), (320, 256)])
def test_the_next_page_starts_at_its_heading_below_the_strip(page, size, code):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto("/ur/" if code == "ur" else "/")
    page.locator("button[data-discreet]").click()
    home = "/ur" if code == "ur" else ""
    for path in ("/guides/just-happened/", "/contacts/"):
        before = page.evaluate(HEADING)
        link_to(page, home + path).evaluate("(link) => link.click()")
        expect(page.locator("main h1")).not_to_have_text(before)
        expect(page.locator("main h1")).to_be_focused()
        assert_starts_at_heading(page)


def test_the_page_says_what_back_and_reload_do_where_the_mode_is_switched_on(page):
    page.goto("/")
    switch(page)
    note = page.locator("[data-discreet-note]")
    expect(note).to_contain_text("Use the links here, not Back")
    expect(note).to_contain_text("Reload goes to the first page")


def test_the_language_follows_with_its_direction_and_the_whole_page(hidden):
    follow(hidden, "/help-now/")
    hidden.locator(".languages summary").click()
    hidden.locator(".languages a[lang=ur]").click()
    root = hidden.locator("html")
    expect(root).to_have_attribute("lang", "ur")
    expect(root).to_have_attribute("dir", "rtl")
    urdu = re.compile("[\u0600-\u06ff]")
    for selector in (".exit", ".menu summary", ".menu li a >> nth=1"):
        expect(hidden.locator(selector)).to_have_text(urdu)
    expect(hidden.locator("main h1")).to_be_focused()
    assert_hidden(hidden)
    hidden.locator(".languages summary").click()
    hidden.locator(".languages a[lang=en]").click()
    expect(root).to_have_attribute("lang", "en")
    expect(root).to_have_attribute("dir", "ltr")
    expect(hidden.locator("main h1")).to_have_text(heading(hidden, "/help-now/"))
    assert_hidden(hidden)


def test_the_skip_link_goes_to_the_content_without_an_address(hidden):
    follow(hidden, "/contacts/")
    hidden.locator(".skip").focus()
    hidden.keyboard.press("Enter")
    expect(hidden.locator("main")).to_be_focused()
    assert len(hidden.evaluate("asked")) == 1
    assert_hidden(hidden)


def test_a_footnote_leads_to_its_place_on_the_page_of_sources(hidden):
    follow(hidden, "/strategy/")
    follow(hidden, "/strategy/evidence/")
    link_to(hidden, "/strategy/sources/#ftn-3").click()
    note = hidden.locator("#ftn-3")
    expect(note).to_be_focused()
    expect(note).to_be_in_viewport()
    expect(hidden.locator("main h1")).to_have_text(heading(hidden, "/strategy/sources/"))
    assert hidden.evaluate("location.hash") == ""
    assert_hidden(hidden)


def test_a_link_within_a_fetched_page_does_not_fetch_it_again(hidden):
    follow(hidden, "/strategy/")
    follow(hidden, "/strategy/definition/")
    link = hidden.locator("main a[href^='#']").first
    target = hidden.locator(link.get_attribute("href"))
    hidden.evaluate("asked.length = 0")
    link.click()
    expect(target).to_be_focused()
    expect(target).to_be_in_viewport()
    assert hidden.evaluate("asked") == []
    assert_hidden(hidden)


def test_an_address_that_does_not_exist_shows_the_page_that_says_so(hidden):
    link_to(hidden, "/contacts/").evaluate("(link) => { link.href = '/no-such-page/'; }")
    link_to(hidden, "/no-such-page/").click()
    expect(hidden.locator("main h1")).to_have_text(heading(hidden, "/no-such-page/"))
    expect(hidden.locator("main h1")).to_be_focused()
    assert_hidden(hidden)


# Slow connections.


def hold(page, path):
    """Hold back the requests for this page, and return them."""
    routes = []
    page.route(f"**{path}", lambda route: routes.append(route))
    return routes


def test_a_slow_page_shows_that_it_is_loading(hidden):
    routes = hold(hidden, "/contacts/")
    before = hidden.evaluate(HEADING)
    link_to(hidden, "/contacts/").click()
    expect(hidden.locator("html")).to_have_attribute("data-loading", "")
    assert hidden.evaluate("getComputedStyle(document.querySelector('main')).opacity") < "1"
    assert hidden.evaluate(HEADING) == before
    assert_hidden(hidden)
    routes[0].continue_()
    expect(hidden.locator("main h1")).to_have_text(heading(hidden, "/contacts/"))
    assert hidden.locator("html[data-loading]").count() == 0


def test_the_later_of_two_presses_wins(hidden):
    routes = hold(hidden, "/contacts/")
    link_to(hidden, "/contacts/").click()
    link_to(hidden, "/topics/").evaluate("(link) => link.click()")
    expect(hidden.locator("main h1")).to_have_text(heading(hidden, "/topics/"))
    with hidden.expect_response("**/contacts/") as response:
        routes[0].continue_()
    response.value.finished()
    follow(hidden, "/services/")
    follow(hidden, "/topics/")
    # The later page also wins while it is still loading.
    later = hold(hidden, "/services/")
    link_to(hidden, "/contacts/").click()
    link_to(hidden, "/services/").click()
    routes[1].abort()
    expect(hidden.locator("html")).to_have_attribute("data-loading", "")
    assert hidden.evaluate(HEADING) == heading(hidden, "/topics/")
    later[0].continue_()
    expect(hidden.locator("main h1")).to_have_text(heading(hidden, "/services/"))
    assert_hidden(hidden)


FOREIGN = """<!doctype html><html lang="en"><title>Sign in</title><header>Network</header>
<main><h1>Sign in to Wi-Fi</h1><form action="/contacts/"><input></form></main></html>"""


def fail_by(page, how, elsewhere):
    """Make the contact page fail in one of these ways."""
    asked_elsewhere = []
    ours = page.request.get("/contacts/").text()

    def answer(body=FOREIGN, **changes):
        return lambda route: route.fulfill(**{"content_type": "text/html", "body": body} | changes)

    answers = {
        "a sign-in page": answer(),
        "a filter's page": answer(status=403),
        "a proxy's fault": answer(status=502),
        # The officers' sign-in: a page of this host, but not for readers.
        "sent to a sign-in page": lambda route: route.fulfill(
            status=302, headers={"Location": "/admin/"}
        ),
        "plain text": answer(ours, content_type="text/plain"),
        "without the exit": answer(ours.replace(" data-exit ", " ")),
        "without 999": answer(ours.replace("tel:999", "tel:0")),
        "without our sign": answer(ours.replace(" data-exit-url=", " data-other=")),
        "cut off after the strip": answer(ours[: ours.index("<header")]),
        "cut off in the text": answer(ours[: ours.index("</main>")]),
        "cut off before the last words": answer(ours[: ours.index("<template data-hours")]),
        "broken off": lambda route: route.abort(),
        "not a page": lambda route: route.fulfill(body="{}", content_type="application/json"),
        "a page of another": lambda route: route.fulfill(body=ELSEWHERE, content_type="text/html"),
        "empty": lambda route: route.fulfill(body="", content_type="text/html"),
        "sent elsewhere": lambda route: route.fulfill(status=302, headers={"Location": elsewhere}),
    }
    page.context.route(f"{elsewhere}**", lambda route: asked_elsewhere.append(route))
    page.route("**/contacts/", answers[how])
    return asked_elsewhere


@pytest.mark.parametrize(
    "how",
    [
        "a sign-in page",
        "a filter's page",
        "a proxy's fault",
        "sent to a sign-in page",
        "plain text",
        "without the exit",
        "without 999",
        "without our sign",
        "cut off after the strip",
        "cut off in the text",
        "cut off before the last words",
        "broken off",
        "not a page",
        "a page of another",
        "empty",
        "sent elsewhere",
    ],
)
def test_a_page_that_does_not_load_says_so_and_goes_nowhere(hidden, base_url, how):
    hidden.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
    fail_by(hidden, how, "https://elsewhere.example/")
    link_to(hidden, "/contacts/").evaluate("(link) => link.click()")
    assert_failed(hidden)
    assert_starts_at_heading(hidden)
    assert hidden.get_by_text("Sign in to Wi-Fi").count() == 0
    # Try again and it fails again; try once more and it comes.
    with hidden.expect_request("**/contacts/"):
        hidden.get_by_role("button", name="Try again").click()
    assert_failed(hidden)
    hidden.unroute("**/contacts/")
    hidden.get_by_role("button", name="Try again").click()
    expect(hidden.locator("main h1")).to_have_text(heading(hidden, "/contacts/"))
    assert_hidden(hidden)


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_page_of_ours_is_shown_whatever_its_status_or_edition(hidden, status):
    body = hidden.request.get("/contacts/").text()
    # Another edition may have another destination, style and script.
    body = body.replace(settings.EXIT_URL, "https://elsewhere.example/").replace(
        "<style>", "<style>p{}"
    )
    hidden.route(
        "**/contacts/",
        lambda route: route.fulfill(
            status=status, body=body, content_type="text/html; charset=utf-8"
        ),
    )
    follow(hidden, "/contacts/")
    assert_hidden(hidden)


def test_a_page_that_did_not_load_can_be_opened_the_ordinary_way(hidden, base_url):
    hidden.context.set_offline(True)
    link_to(hidden, "/contacts/").click()
    assert_failed(hidden)
    hidden.context.set_offline(False)
    hidden.get_by_role("link", name="Open it the ordinary way").click()
    hidden.wait_for_url("**/contacts/")
    assert history_of(hidden)[-2:] == [f"{base_url}/", f"{base_url}/contacts/"]
    expect(hidden.locator("html")).to_have_attribute("data-discreet", "on")


def stop_the_clock(page):
    """From here on, the page's clock moves only when the test moves it."""
    page.clock.install(time=0)
    page.clock.pause_at(1)


def test_a_page_is_waited_for_twenty_seconds(page, arrivals):
    stop_the_clock(page)
    # The browser's own timer ignores the test's clock.
    page.add_init_script(
        COUNT_CALLS
        + """AbortSignal.timeout = (patience) => {
          const controller = new AbortController();
          setTimeout(() => controller.abort(), patience);
          return controller.signal;
        };"""
    )
    page.goto("/")
    switch(page)
    page.evaluate(REMEMBER)
    hold(page, "/contacts/")
    link_to(page, "/contacts/").click()
    page.clock.run_for(19_900)
    expect(page.locator("html")).to_have_attribute("data-loading", "")
    page.clock.run_for(200)
    assert_failed(page)


def test_a_page_that_stops_halfway_is_not_waited_for_forever(hidden):
    hidden.evaluate("() => { AbortSignal.timeout = () => AbortSignal.abort(); }")
    link_to(hidden, "/contacts/").click()
    assert_failed(hidden)


# Forms. The form of find is tested in test_find.py.

FORM = """(method) => {
  const form = document.createElement("form");
  form.method = method;
  form.action = "/contacts/";
  form.autocomplete = "off";
  for (const [name, value] of [["area", "Gornal & Sedgley"], ["empty", ""]])
    form.append(Object.assign(document.createElement("input"), { name, value }));
  for (const value of ["one", "two"])
    form.append(Object.assign(document.createElement("button"),
      { name: "which", value, textContent: value }));
  document.querySelector("main").prepend(form);
}"""
SENT = "area=Gornal+%26+Sedgley&empty=&which=two"


def test_a_get_form_is_fetched(hidden, base_url):
    hidden.evaluate(FORM, "get")
    hidden.get_by_role("button", name="two").click()
    expect(hidden.locator("main h1")).to_have_text(heading(hidden, "/contacts/"))
    (asked,) = hidden.evaluate("asked")
    assert asked["url"] == f"{base_url}/contacts/?{SENT}"
    assert asked.get("method", "GET") == "GET"
    assert_hidden(hidden)


def test_a_post_form_is_fetched_and_puts_nothing_in_an_address(hidden, base_url):
    posted = []
    page_of_numbers = hidden.request.get("/contacts/").text()

    def answer(route):
        posted.append(route.request)
        route.fulfill(body=page_of_numbers, content_type="text/html")

    hidden.route("**/contacts/**", answer)
    hidden.evaluate(FORM, "post")
    hidden.locator("main form input").first.press("End")
    hidden.get_by_role("button", name="two").click()
    expect(hidden.locator("main h1")).to_have_text(heading(hidden, "/contacts/"))
    (request,) = posted
    assert request.method == "POST"
    assert request.url == f"{base_url}/contacts/"
    assert request.post_data == SENT
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    (asked,) = hidden.evaluate("asked")
    assert (asked["cache"], asked["credentials"]) == ("no-store", "omit")
    assert_hidden(hidden)


def test_a_form_whose_answer_does_not_come_can_be_sent_again(hidden):
    posted = []

    def fail(route):
        posted.append(route.request.post_data)
        route.abort()

    hidden.route("**/contacts/**", fail)
    hidden.evaluate(FORM, "post")
    hidden.get_by_role("button", name="two").click()
    assert_failed(hidden)
    with hidden.expect_request("**/contacts/"):
        hidden.get_by_role("button", name="Try again").click()
    assert_failed(hidden)
    assert posted == [SENT, SENT]


# Links that leave the site, and links that do not lead to a page.


def put_external(page):
    """Put a link to another website in the content."""
    page.context.route(
        "https://elsewhere.example/**",
        lambda route: route.fulfill(body=ELSEWHERE, content_type="text/html"),
    )
    page.evaluate(
        """() => document.querySelector("main p").append(Object.assign(
          document.createElement("a"),
          { href: "https://elsewhere.example/there", textContent: "Another website" }))"""
    )
    return page.get_by_role("link", name="Another website")


def test_another_website_is_named_first_and_the_reader_can_stay(hidden):
    link = put_external(hidden)
    link.click()
    note = hidden.locator("[data-warning]")
    expect(note).to_be_focused()
    expect(note).to_contain_text("Its address will be in this phone's history")
    expect(note).to_contain_text("elsewhere.example")
    link.click()
    expect(note).to_have_count(1)
    note.get_by_role("button", name="Stay here").click()
    expect(note).to_have_count(0)
    expect(link).to_be_focused()
    assert_hidden(hidden)


def test_another_website_takes_the_place_of_this_one_in_the_history(hidden, base_url):
    *before, last = history_of(hidden)
    assert last == f"{base_url}/"
    follow(hidden, "/contacts/")
    put_external(hidden).click()
    with hidden.expect_request("https://elsewhere.example/there") as request:
        hidden.locator("[data-go]").click()
    expect(hidden.get_by_role("heading", name="Elsewhere")).to_be_visible()
    assert history_of(hidden) == [*before, "https://elsewhere.example/there"]
    assert "referer" not in request.value.all_headers()


def test_every_link_to_another_website_brings_a_warning(hidden):
    follow(hidden, "/services/")
    links = hidden.locator("main a[href^='http']")
    assert links.count() > 3
    for link in links.all()[:4]:
        link.click()
        expect(hidden.locator("[data-where]")).to_have_text(
            link.evaluate("(link) => link.hostname")
        )
    assert_hidden(hidden)


def test_opening_a_page_in_another_tab_is_left_to_the_browser(hidden, base_url):
    with hidden.context.expect_page() as opened:
        link_to(hidden, "/contacts/").click(modifiers=["Control"])
    expect(opened.value.locator("html")).to_have_attribute("data-discreet", "off")
    assert opened.value.url == f"{base_url}/contacts/"
    assert hidden.evaluate("asked") == []
    assert_hidden(hidden)


def test_telephone_links_are_left_to_the_phone(hidden):
    hidden.evaluate(
        """() => {
          window.taken = [];
          addEventListener("click", (event) => {
            taken.push(event.defaultPrevented);
            event.preventDefault();
          });
        }"""
    )
    numbers = hidden.locator("a[href^='tel:'], a[href^='sms:']")
    assert numbers.count() > 2
    for number in numbers.all():
        number.evaluate("(link) => link.click()")
    assert hidden.evaluate("taken") == [False] * numbers.count()


def test_links_are_ordinary_again_once_the_mode_is_off(hidden, base_url):
    follow(hidden, "/contacts/")
    switch(hidden)
    length = hidden.evaluate("history.length")
    link_to(hidden, "/topics/").evaluate("(link) => link.click()")
    hidden.wait_for_url("**/topics/")
    assert hidden.evaluate("history.length") == length + 1
    expect(hidden.locator("html")).to_have_attribute("data-discreet", "off")


# The exit.


def test_the_exit_leaves_from_a_fetched_page_and_ends_the_mode(hidden, arrivals, base_url):
    before = history_of(hidden)[:-1]
    follow(hidden, "/services/")
    follow(hidden, SERVICE)
    hidden.locator(".exit").click()
    assert_left(hidden, arrivals)
    assert history_of(hidden) == [*before, settings.EXIT_URL]
    hidden.goto("/")
    expect(hidden.locator("html")).to_have_attribute("data-discreet", "off")
    assert hidden.evaluate("sessionStorage.length") == 0


def test_a_page_that_arrives_after_the_exit_is_not_put_into_the_empty_one(page):
    page.add_init_script(
        """
        addEventListener("click", ({ target }) => {
          if (target.closest(".exit")) setInterval(
            () => console.log(`nodes ${document.body.childNodes.length}`), 20);
        }, true);
        const put = Element.prototype.append;
        Element.prototype.append = function (...nodes) {
          if (nodes.length) console.log("put");
          return put.apply(this, nodes);
        };"""
    )
    page.route(settings.EXIT_URL, lambda route: None)  # Never answered.
    page.goto("/")
    switch(page)
    routes = hold(page, "/contacts/")
    messages = []
    page.on("console", lambda message: messages.append(message.text))
    link_to(page, "/contacts/").click()
    expect(page.locator("html[data-loading]")).to_have_count(1)
    with page.expect_request(settings.EXIT_URL):
        page.locator(".exit").click(no_wait_after=True)
    with page.expect_event("requestfinished", lambda request: "contacts" in request.url):
        routes[0].continue_()
    for _ in range(10):
        with page.expect_console_message(lambda message: message.text.startswith("nodes")):
            pass
    assert set(messages) == {"nodes 0"}


# The cover.

HIDE_TAB = """(isHidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def hide_tab(page):
    page.evaluate(HIDE_TAB, True)
    page.evaluate(HIDE_TAB, False)


def assert_covered(page):
    cover = page.locator("[data-cover]")
    expect(cover).to_be_visible()
    words = cover.inner_text()
    assert words.split("\n")[0] == (settings.OWNER["name"] or "Dudley")
    assert not SUBJECT.search(words), words
    expect(page.locator("[data-uncover]")).to_be_focused()
    # Nothing else can be seen, pressed or read out.
    seen_beside_it = page.evaluate(
        """() => [...Array(200).keys()]
          .map((at) => [at % 10 + 0.5, Math.floor(at / 10) + 0.5])
          .map(([x, y]) => document.elementFromPoint(x * innerWidth / 10, y * innerHeight / 20))
          .filter((element) => !element?.closest("[data-cover]")).length"""
    )
    assert seen_beside_it == 0
    reachable = page.evaluate(
        """() => [...document.body.children].filter((part) =>
          !part.inert && !part.matches("[data-cover]")).map((part) => part.outerHTML)"""
    )
    assert reachable == []


def assert_uncovered(page):
    expect(page.locator("[data-cover]")).to_be_hidden()
    assert page.evaluate("document.querySelectorAll('[inert]').length") == 0
    expect(page.locator("main h1")).to_be_visible()


@pytest.mark.parametrize("size", [(390, 844), (320, 256)])
def test_a_tab_that_was_hidden_is_covered_until_the_reader_continues(hidden, size):
    hidden.set_viewport_size({"width": size[0], "height": size[1]})
    follow(hidden, "/contacts/")
    hidden.evaluate("scrollTo({ top: 600, behavior: 'instant' })")
    hide_tab(hidden)
    assert_covered(hidden)
    hidden.keyboard.press("Tab")
    hidden.keyboard.press("Tab")
    assert hidden.evaluate("document.activeElement.closest('header, main, footer')") is None
    hidden.get_by_role("button", name="Continue").click()
    assert_uncovered(hidden)
    expect(hidden.locator("main h1")).to_be_focused()
    follow(hidden, "/topics/")
    assert_uncovered(hidden)
    assert_hidden(hidden)


def test_nothing_of_the_page_is_seen_past_the_cover(hidden):
    def red_of_999():
        return pixels(hidden, [base64.b64encode(hidden.screenshot()).decode()], COLOURS[:1])[0]

    assert red_of_999() > 1000
    hide_tab(hidden)
    assert red_of_999() == 0


def test_the_cover_is_there_from_the_moment_the_tab_is_hidden(hidden):
    hidden.evaluate(HIDE_TAB, True)
    assert_covered(hidden)


def test_a_page_that_arrives_while_the_tab_is_covered_stays_under_the_cover(hidden):
    routes = hold(hidden, "/contacts/")
    link_to(hidden, "/contacts/").click()
    expect(hidden.locator("html[data-loading]")).to_have_count(1)
    hidden.evaluate(HIDE_TAB, True)
    assert_covered(hidden)
    routes[0].continue_()
    expect(hidden.locator("html[data-loading]")).to_have_count(0)
    assert hidden.evaluate(HEADING) == heading(hidden, "/contacts/")
    assert_covered(hidden)


def test_the_shift_key_leaves_from_under_the_cover(hidden, arrivals):
    hide_tab(hidden)
    assert_covered(hidden)
    for _ in range(3):
        hidden.keyboard.press("Shift")
    assert_left(hidden, arrivals)


def test_five_idle_minutes_cover_the_page(page):
    stop_the_clock(page)
    page.goto("/")
    switch(page)
    page.clock.run_for(299_000)
    assert_uncovered(page)
    page.keyboard.press("Control")
    page.clock.run_for(299_000)
    assert_uncovered(page)
    page.clock.run_for(2_000)
    assert_covered(page)
    page.get_by_role("button", name="Continue").click()
    assert_uncovered(page)
    page.clock.run_for(301_000)
    assert_covered(page)
    # Also after a reload that the reader has not touched.
    page.reload()
    page.clock.run_for(301_000)
    assert_covered(page)


def test_without_the_mode_nothing_covers_the_page(page):
    stop_the_clock(page)
    page.goto("/")
    hide_tab(page)
    page.clock.run_for(400_000)
    assert_uncovered(page)
    switch(page)
    switch(page)
    hide_tab(page)
    page.clock.run_for(400_000)
    assert_uncovered(page)


@pytest.fixture(scope="module")
def chromium(browser_type_launch_args, tmp_path_factory):
    with started(browser_type_launch_args, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def test_going_to_another_tab_covers_this_one(chromium, base_url):
    with chromium.tab(base_url + "/") as tab:
        tab.click("button[data-discreet]")
        is_covered = "!document.querySelector('[data-cover]').hidden"
        assert not tab.evaluate(is_covered)
        with chromium.tab(base_url + "/topics/"):
            tab.until(lambda: tab.evaluate(is_covered), "the cover")
        tab.bring_to_front()
        tab.until(lambda: not tab.evaluate("document.hidden"), "the tab in front")
        assert tab.evaluate(is_covered)
        assert tab.evaluate("document.querySelector('main').closest('[inert]') !== null")


# Pages unlike the others.


def show_emergency_page(page):
    """Show the page that a server in front sends when ours does not answer."""
    html = page.request.get("/emergency/").text()
    page.route(
        "**/contacts/", lambda route: route.fulfill(status=503, body=html, content_type="text/html")
    )
    link_to(page, "/contacts/").click()
    expect(page.locator("main h1")).to_have_text("The numbers you can ring")


def test_the_numbers_of_the_emergency_page_can_be_pressed_after_the_tab_was_hidden(hidden):
    show_emergency_page(hidden)
    hide_tab(hidden)
    uncover = hidden.locator("[data-uncover]")
    if uncover.count():
        uncover.click()
    links = hidden.locator("a[href^='tel:'], .exit").all()
    assert len(links) > 2
    for link in links:
        assert not link.evaluate("(link) => link.matches('[inert] *')")
        link.click(trial=True)


def test_a_page_that_does_not_load_after_the_emergency_page_says_so_too(hidden):
    show_emergency_page(hidden)
    hidden.evaluate(
        """() => document.querySelector("main").append(
          Object.assign(document.createElement("a"), { href: "/topics/", textContent: "On" }))"""
    )
    hidden.route("**/topics/", lambda route: route.abort())
    link_to(hidden, "/topics/").evaluate("(link) => link.click()")
    assert_failed(hidden)


def test_a_page_restored_by_the_browser_knows_that_the_mode_is_on(chromium, base_url):
    with chromium.tab(base_url + "/topics/") as tab:
        tab.before_every_page(
            "addEventListener('pageshow', (event) => { isRestored = event.persisted; })"
        )
        tab.follow(base_url + "/")
        tab.follow(base_url + "/contacts/")
        tab.click("button[data-discreet]")
        tab.travel(-1)
        tab.wait_until_loaded(base_url + "/")
        assert tab.evaluate("isRestored"), "The page was loaded anew: this proves nothing."
        assert tab.evaluate("sessionStorage.h") == "1"
        assert tab.evaluate("document.documentElement.dataset.discreet") == "on"
        assert tab.evaluate("document.querySelector('[aria-pressed]').ariaPressed") == "true"


def test_a_link_pressed_while_the_page_is_loading_adds_no_entry_and_no_second_page(page):
    html = page.request.get("/").text()
    middle = html.index("<main")
    gate = threading.Event()
    pages = {
        "/first": [html.encode()],
        "/": [html[:middle].encode(), gate.wait, html[middle:].encode()],
        "/contacts/": [page.request.get("/contacts/").body()],
    }
    navigated = []
    page.on(
        "request",
        lambda request: request.is_navigation_request() and navigated.append(request.url),
    )
    kind = [("Content-Type", "text/html; charset=utf-8")]
    with serving(lambda path: (kind, pages[path])) as port:
        address = f"http://127.0.0.1:{port}"
        page.goto(f"{address}/first")
        switch(page)
        page.goto(f"{address}/", wait_until="commit")
        expect(page.locator(".menu summary")).to_be_visible()
        assert page.evaluate("[document.readyState, sessionStorage.h].join()") == "loading,1"
        link_to(page, "/contacts/").evaluate("(link) => link.click()")
        gate.set()
        page.wait_for_function("document.readyState === 'complete'")
        expect(page.locator("footer")).to_be_visible()
        assert navigated == [f"{address}/first", f"{address}/"]
        assert [page.locator(selector).count() for selector in ("main", ".exit", "footer")] == [
            1,
            1,
            1,
        ]
