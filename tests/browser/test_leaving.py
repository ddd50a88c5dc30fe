"""What happens during the press of the exit, in other tabs, and by keyboard."""

import json
import threading

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.support.browser_exit import assert_left
from tests.support.chromium import ELSEWHERE, serving, started

# What the page looks like at each step of leaving. The page reports it on the console: the browser
# passes no questions to a page that is on its way out.
WATCH = """
  let isClicking = false;
  const say = (what) => console.log(JSON.stringify({
    what,
    isClicking,
    visibility: getComputedStyle(document.documentElement).visibility,
    nodes: document.body.childNodes.length,
    x: sessionStorage.getItem("x"),
    title: document.title,
  }));
  const watch = (object, name) => {
    const real = object[name];
    object[name] = function (...values) {
      say(`${name} ${values[0]}`);
      return real.apply(this, values);
    };
  };
  const after = new MessageChannel();
  after.port1.onmessage = () => {
    isClicking = false;
    say("the task after the click");
  };
  addEventListener("click", () => {
    isClicking = true;
    after.port2.postMessage(1);
  }, true);
  navigation.addEventListener("navigate", ({ navigationType, destination }) =>
    say(`${navigationType} ${destination.url}`));
  for (const name of ["setItem", "removeItem"]) watch(Storage.prototype, name);
  for (const name of ["pushState", "replaceState"]) watch(History.prototype, name);
  for (const name of ["open", "alert", "confirm", "prompt"]) watch(window, name);
  for (const name of ["sendBeacon"]) watch(Navigator.prototype, name);
  watch(window, "fetch");
"""
LISTENERS = """
  window.heard = [];
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, ...options) {
    heard.push(type);
    return add.call(this, type, ...options);
  };
"""


@pytest.mark.parametrize("path", ["/", "/ur/contacts/"])
def test_the_exit_marks_the_tab_blanks_it_and_leaves_in_that_order_within_the_press(page, path):
    page.add_init_script(WATCH)
    page.route(settings.EXIT_URL, lambda route: None)  # Never answered.
    page.goto(path)
    title = page.title()
    messages = []
    page.on("console", lambda message: messages.append(json.loads(message.text)))
    with (
        page.expect_request(settings.EXIT_URL),
        page.expect_console_message(lambda message: "the task after" in message.text),
    ):
        page.locator(".exit").click(no_wait_after=True)
    steps = [step["what"] for step in messages]
    assert steps == [
        "setItem x",
        "removeItem h",
        f"replace {settings.EXIT_URL}",
        "the task after the click",
    ]
    marked, _, replaced, after = messages
    assert marked["x"] is None
    assert marked["visibility"] == "visible"
    assert marked["nodes"] > 0
    assert marked["isClicking"]
    assert replaced == {
        "what": f"replace {settings.EXIT_URL}",
        "isClicking": True,
        "visibility": "hidden",
        "nodes": 0,
        "x": "1",
        "title": title,
    }
    assert after == replaced | {"what": "the task after the click", "isClicking": False}


def test_the_exit_asks_nothing_and_tells_nobody(page, arrivals):
    page.add_init_script(LISTENERS)
    page.goto("/help-now/")
    assert not {"beforeunload", "unload"} & set(page.evaluate("heard"))
    assert page.evaluate("[window.onbeforeunload, window.onunload]") == [None, None]
    requests, dialogs = [], []
    page.context.on("request", lambda request: requests.append(request.url))
    page.on("dialog", lambda dialog: dialogs.append(dialog))
    page.locator(".exit").click()
    assert_left(page, arrivals)
    assert requests == [settings.EXIT_URL]
    assert dialogs == []
    assert page.context.pages == [page]


# Whatever else fails.

ALL_FAIL = "throw new Error('Broken')"
BROKEN = {
    "no channel": "delete window.BroadcastChannel;",
    "a channel that cannot be opened": f"""
      window.BroadcastChannel = class {{ constructor() {{ {ALL_FAIL}; }} }};""",
    "a channel that cannot send": f"""
      BroadcastChannel.prototype.postMessage = () => {{ {ALL_FAIL}; }};""",
    "no way to tell a new visit": f"""
      Performance.prototype.getEntriesByType = () => {{ {ALL_FAIL}; }};""",
    "pop-ups blocked": "window.open = () => null;",
    "pop-ups forbidden": f"window.open = () => {{ {ALL_FAIL}; }};",
    "no trusted types": f"""
      TrustedTypePolicyFactory.prototype.createPolicy = () => {{ {ALL_FAIL}; }};""",
    "no media queries": f"window.matchMedia = () => {{ {ALL_FAIL}; }};",
    "storage that only reads": f"""
      Storage.prototype.setItem = Storage.prototype.removeItem = () => {{ {ALL_FAIL}; }};""",
}
BROKEN["all of these"] = (
    "\n".join(BROKEN.values())
    + f"""
  Object.defineProperty(Node.prototype, "textContent", {{ set() {{ {ALL_FAIL}; }} }});
  CSSStyleDeclaration.prototype.setProperty = () => {{ {ALL_FAIL}; }};
  Storage.prototype.getItem = () => {{ {ALL_FAIL}; }};"""
)


@pytest.mark.parametrize("broken", BROKEN)
def test_the_exit_leaves_even_if_the_browser_lacks_something(page, arrivals, broken):
    page.add_init_script(BROKEN[broken])
    page.goto("/help-now/")
    length = page.evaluate("history.length")
    page.locator(".exit").click()
    assert_left(page, arrivals)
    assert page.evaluate("history.length") == length


def test_shift_leaves_even_if_the_browser_lacks_everything(page, arrivals):
    page.add_init_script(BROKEN["all of these"])
    page.goto("/help-now/")
    press(page, "Shift", "Shift", "Shift")
    assert_left(page, arrivals)


def test_a_page_that_cannot_tell_a_new_visit_from_back_leaves_again(page, arrivals):
    page.goto("/help-now/")
    page.add_init_script(BROKEN["no way to tell a new visit"])
    page.evaluate("sessionStorage.setItem('x', '1')")
    page.evaluate("location.reload()")
    assert_left(page, arrivals)


@pytest.mark.parametrize("where", ["window", "document", "document.querySelector('.exit')"])
@pytest.mark.parametrize("is_early", [True, False])
def test_the_exit_leaves_even_if_another_listener_takes_the_press(page, arrivals, where, is_early):
    page.goto("/help-now/")
    page.evaluate(
        f"""() => {where}.addEventListener("click", (event) => {{
          event.stopImmediatePropagation();
          throw new Error("Another script");
        }}, {json.dumps(is_early)})"""
    )
    length = page.evaluate("history.length")
    page.locator(".exit").click()
    assert_left(page, arrivals)
    # Only a listener that runs before all the document's own leaves it to the link itself.
    is_first = where == "window" and is_early
    assert page.evaluate("history.length") == length + is_first


def test_pressing_the_words_of_the_exit_leaves_too(page, arrivals):
    page.goto("/")
    length = page.evaluate("history.length")
    page.locator(".exit span").evaluate("(words) => words.click()")
    assert_left(page, arrivals)
    assert page.evaluate("history.length") == length


def test_the_exit_leaves_by_keyboard_even_if_nothing_comes_after_it(page, arrivals, base_url):
    response = page.request.get(f"{base_url}/help-now/")
    html = response.text()
    first_part = html[: html.index("</a>", html.index("data-exit href")) + 4].encode()
    headers = [*HTML, ("Referrer-Policy", response.headers["referrer-policy"])]
    the_rest = threading.Event()
    with serving(lambda path: (headers, [first_part, the_rest.wait])) as port:
        page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
        expect(page.locator(".exit")).to_be_visible()
        assert page.evaluate("document.readyState") == "loading"
        length = page.evaluate("history.length")
        press(page, "Tab", "Tab", "Enter")
        assert_left(page, arrivals)
        assert page.evaluate("history.length") == length
        the_rest.set()


# Other tabs. In an ordinary Chromium: only there is a background tab really hidden.

HTML = [("Content-Type", "text/html; charset=utf-8")]


@pytest.fixture(scope="module")
def chromium(browser_type_launch_args, tmp_path_factory):
    with started(browser_type_launch_args, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def other_site():
    with serving(lambda path: (HTML, [ELSEWHERE.encode()])) as port:
        yield f"http://localhost:{port}/"


def test_a_page_left_behind_when_an_app_opens_becomes_empty(chromium, other_site, base_url):
    with chromium.tab(base_url + "/topics/", settings.EXIT_URL) as tab:
        tab.follow(base_url + "/")
        tab.hold()
        tab.click(".exit")
        tab.wait_until_asked()
        assert tab.url() == base_url + "/"
        with chromium.tab(other_site):
            tab.wait_until_at("about:blank")
        assert tab.history() == ([base_url + "/topics/", "about:blank"], 1)


def test_a_page_that_nobody_left_stays_when_it_is_hidden(chromium, other_site, base_url):
    with chromium.tab(base_url + "/topics/") as tab, chromium.tab(other_site):
        tab.until(lambda: tab.evaluate("document.hidden"), "the tab to be hidden")
        tab.watch()
        assert tab.url() == base_url + "/topics/"
        assert tab.evaluate("document.querySelector('h1').checkVisibility()")


def test_every_other_tab_of_the_site_leaves_too_and_no_other_does(chromium, other_site, base_url):
    away = settings.EXIT_URL
    with (
        chromium.tab(other_site, away) as other,
        chromium.tab(base_url + "/", away) as second,
        chromium.tab(base_url + "/ur/help-now/", away) as third,
        chromium.tab(base_url + "/contacts/", away) as first,
    ):
        second.follow(base_url + "/topics/")
        first.bring_to_front()
        second.until(lambda: second.evaluate("document.hidden"), "the tab to be hidden")
        first.click(".exit")
        for tab in (first, second, third):
            tab.wait_until_loaded(away)
        assert first.history() == third.history() == ([away], 0)
        assert second.history() == ([base_url + "/", away], 1)
        # They leave a tab as blank as the first.
        second.travel(-1)
        second.wait_until_loaded(away)
        assert second.history() == ([away, away], 0)
        other.watch()
        assert other.history() == ([other_site], 0)


# Shift three times.


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def assert_stays(page):
    """Leaving would have emptied the page during the last press."""
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def status(page):
    return page.locator("[data-exit-status]").inner_text()


def test_shift_three_times_leaves_and_is_counted_aloud(page, arrivals):
    page.goto("/")
    length = page.evaluate("history.length")
    assert page.get_by_role("status").first.inner_text() == status(page) == ""
    press(page, "Shift")
    assert status(page) == "Press Shift two more times to leave."
    press(page, "Shift")
    assert status(page) == "Press Shift once more to leave."
    assert_stays(page)
    # Announced, but not shown.
    place = page.locator("[data-exit-status]").bounding_box()
    assert max(place["width"], place["height"]) <= 1
    press(page, "Shift")
    assert_left(page, arrivals)
    assert page.evaluate("history.length") == length


def test_shift_leaves_even_if_there_is_nowhere_to_say_the_count(page, arrivals):
    page.goto("/")
    page.locator("[data-exit-status]").evaluate("(status) => status.remove()")
    press(page, "Shift", "Shift", "Shift")
    assert_left(page, arrivals)


def test_the_right_shift_counts_as_the_left_does(page, arrivals):
    page.goto("/")
    press(page, "ShiftLeft", "ShiftRight", "ShiftLeft")
    assert_left(page, arrivals)


def click_with_shift(page):
    page.keyboard.down("Shift")
    page.locator("h1").click()
    page.keyboard.up("Shift")


OTHERS = {
    "a letter": lambda page: press(page, "a"),
    "Escape": lambda page: press(page, "Escape"),
    "an arrow": lambda page: press(page, "ArrowDown"),
    "Control": lambda page: press(page, "Control"),
    "a click": lambda page: page.locator("h1").click(),
}
WITH_SHIFT = {
    "a capital letter": lambda page: press(page, "Shift+A"),
    "Shift and Tab": lambda page: press(page, "Shift+Tab"),
    "Control and Shift": lambda page: press(page, "Control+Shift"),
    "Shift and Control": lambda page: press(page, "Shift+Control"),
    "Alt and Shift": lambda page: press(page, "Alt+Shift"),
    "the system's key and Shift": lambda page: press(page, "Meta+Shift"),
    "a click with Shift": click_with_shift,
}


def test_anything_else_in_between_restarts_the_count(page, arrivals):
    page.goto("/")
    for name, act in (OTHERS | WITH_SHIFT).items():
        press(page, "Shift", "Shift")
        assert status(page) == "Press Shift once more to leave.", name
        act(page)
        assert status(page) == "", name
    press(page, "Shift", "Shift")
    assert_stays(page)
    press(page, "Shift")
    assert_left(page, arrivals)


def test_shift_used_with_something_else_never_counts(page):
    page.goto("/")
    for name, act in WITH_SHIFT.items():
        for _ in range(4):
            act(page)
            assert_stays(page)
            assert status(page) == "", name


def test_scrolling_with_shift_is_shift_used_with_something_else(page):
    page.goto("/")
    page.evaluate("() => addEventListener('wheel', () => console.log('turned'), true)")
    page.mouse.move(100, 400)
    page.keyboard.down("Shift")
    with page.expect_console_message(lambda message: message.text == "turned"):
        page.mouse.wheel(0, 100)
    page.keyboard.up("Shift")
    assert status(page) == ""


def test_escape_does_nothing_however_often_it_is_pressed(page):
    page.goto("/")
    press(page, *["Escape"] * 5)
    assert_stays(page)


def test_a_long_pause_restarts_the_count(page, arrivals):
    page.goto("/")
    press(page, "Shift", "Shift")
    page.wait_for_timeout(5100)
    press(page, "Shift")
    assert_stays(page)
    assert status(page) == "Press Shift two more times to leave."
    # A pause of less than five seconds does not: some people press keys slowly.
    page.wait_for_timeout(4500)
    press(page, "Shift")
    assert_stays(page)
    press(page, "Shift")
    assert_left(page, arrivals)


def test_a_key_held_down_counts_once(page, arrivals):
    page.goto("/")
    for _ in range(5):
        page.keyboard.down("Shift")  # After the first, these are the repeats of a held key.
    page.keyboard.up("Shift")
    assert_stays(page)
    assert status(page) == "Press Shift two more times to leave."
    press(page, "Shift", "Shift")
    assert_left(page, arrivals)


PUT = """([name, isFine]) => {
  const field = document.createElement(name);
  if (name === "div") field.contentEditable = "true";
  document.querySelector("main").prepend(field);
  field.focus();
  const real = window.matchMedia.bind(window);
  window.matchMedia = (query) =>
    query.includes("any-pointer: fine") ? { matches: isFine } : real(query);
}"""
FIELDS = ["input", "textarea", "div"]


def test_a_keyboard_on_the_screen_does_not_count_in_a_field(page, arrivals):
    page.goto("/")
    for field in FIELDS:
        page.evaluate(PUT, [field, False])
        press(page, "Shift", "Shift", "Shift", "Shift")
        assert_stays(page)
        assert status(page) == "", field
    page.evaluate("document.activeElement.blur()")
    press(page, "Shift", "Shift", "Shift")
    assert_left(page, arrivals)


@pytest.mark.parametrize("field", FIELDS)
def test_a_keyboard_with_a_mouse_counts_in_a_field(page, arrivals, field):
    page.goto("/")
    page.evaluate(PUT, [field, True])
    press(page, "Shift", "Shift", "Shift")
    assert_left(page, arrivals)
