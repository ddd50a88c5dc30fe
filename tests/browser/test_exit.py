"""“Leave this site quickly”: it leaves at once, and whatever fails, it still leaves."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.support.browser_exit import answer_exit, assert_left, history_of


@pytest.mark.parametrize(
    "path", ["/", "/ur/", "/contacts/", "/strategy/evidence/", "/no-such-page/", "/emergency/"]
)
def test_the_exit_takes_the_place_of_the_page_in_the_history(page, arrivals, base_url, path):
    page.goto("/topics/")
    page.goto(path)
    *before, left = history_of(page)
    assert left == base_url + path
    length = page.evaluate("history.length")
    page.locator(".exit").click()
    assert_left(page, arrivals)
    assert page.evaluate("history.length") == length
    assert history_of(page) == [*before, settings.EXIT_URL]


def test_the_exit_works_by_keyboard(page, arrivals):
    page.goto("/")
    length = page.evaluate("history.length")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert_left(page, arrivals)
    assert page.evaluate("history.length") == length


def test_the_exit_leaves_in_this_tab_however_it_is_pressed(new_context, base_url):
    for press in (
        {"button": "middle"},
        {"button": "middle", "modifiers": ["Control"]},
        {"modifiers": ["Control"]},
        {"modifiers": ["Shift"]},
        {"modifiers": ["Alt"]},
        {"modifiers": ["Meta"]},
        {"modifiers": ["Control", "Shift"]},
        {"click_count": 2},
    ):
        context = new_context()
        arrivals = answer_exit(context)
        page = context.new_page()
        page.goto("/help-now/")
        *before, _ = history_of(page)
        page.locator(".exit").click(**press)
        assert_left(page, arrivals)
        assert history_of(page) == [*before, settings.EXIT_URL], press
        assert context.pages == [page], press
        context.close()


@pytest.mark.parametrize("key", ["Enter", "Control+Enter", "Shift+Enter", "Alt+Enter"])
def test_the_exit_leaves_in_this_tab_whichever_key_is_pressed(page, arrivals, key):
    page.goto("/help-now/")
    *before, _ = history_of(page)
    page.locator(".exit").focus()
    page.keyboard.press(key)
    assert_left(page, arrivals)
    assert history_of(page) == [*before, settings.EXIT_URL]
    assert page.context.pages == [page]


def test_the_exit_leaves_when_it_is_tapped(new_context):
    context = new_context(has_touch=True, is_mobile=True)
    arrivals = answer_exit(context)
    page = context.new_page()
    page.goto("/help-now/")
    page.locator(".exit").tap()
    assert_left(page, arrivals)


def test_other_mouse_buttons_on_the_exit_are_left_to_the_browser(page):
    page.goto("/help-now/")
    page.locator(".exit").click(button="right")
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


# The page reports on the console when it is blank: it answers no questions while it leaves.
WATCH = """() => {
  const isBlank = () => document.body.childNodes.length === 0 &&
    getComputedStyle(document.documentElement).visibility === "hidden";
  addEventListener("click", ({ timeStamp }) => {
    const look = () => {
      if (isBlank()) console.log("blank", performance.now() - timeStamp);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
  return isBlank();
}"""


@pytest.mark.parametrize("path", ["/", "/strategy/evidence/"])
def test_the_page_goes_blank_at_once_even_if_the_destination_is_slow(page, path):
    page.route(settings.EXIT_URL, lambda route: None)  # Never answered.
    page.goto(path)
    assert page.evaluate(WATCH) is False
    with (
        page.expect_request(settings.EXIT_URL),
        page.expect_console_message(lambda message: message.text.startswith("blank")) as blank,
    ):
        page.locator(".exit").click(no_wait_after=True)
    assert float(blank.value.text.split()[1]) < 150


# Whatever else fails.

BROKEN = {
    "storage": """
      Object.defineProperty(window, "sessionStorage", {
        get() { throw new DOMException("Blocked", "SecurityError"); },
      });""",
    "full storage": """
      Storage.prototype.setItem = () => { throw new DOMException("Full", "QuotaExceededError"); };
    """,
    "blanking": """
      Object.defineProperty(Document.prototype, "body", {
        get() { return { set textContent(text) { throw new Error("Half loaded"); } }; },
      });""",
    "no body": """
      Object.defineProperty(Document.prototype, "body", { get: () => null });""",
    "hiding": """
      CSSStyleDeclaration.prototype.setProperty = () => { throw new Error("No style"); };""",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_the_exit_leaves_even_if_one_of_its_steps_fails(page, arrivals, broken):
    page.add_init_script(BROKEN[broken])
    page.goto("/help-now/")
    length = page.evaluate("history.length")
    page.locator(".exit").click()
    assert_left(page, arrivals)
    assert page.evaluate("history.length") == length


def test_the_exit_leaves_even_if_other_listeners_throw(page, arrivals):
    thrown = []
    page.on("pageerror", lambda error: thrown.append(error))
    page.goto("/help-now/")
    page.evaluate(
        """() => {
          const fail = () => { throw new Error("Another script"); };
          addEventListener("click", fail, true);
          document.addEventListener("click", fail, true);
          document.querySelector(".exit").addEventListener("click", fail);
        }"""
    )
    length = page.evaluate("history.length")
    page.locator(".exit").click()
    assert_left(page, arrivals)
    assert page.evaluate("history.length") == length
    assert thrown, "No other listener ran: this proves nothing."


@pytest.fixture
def stalled(base_url):
    """The address of a page whose connection stalls just after the strip."""
    with urlopen(f"{base_url}/help-now/") as response:  # noqa: S310 - our own server.
        headers, body = response.getheaders(), response.read()
    first_half = body[: body.index(b"<header")]
    finished = threading.Event()

    class Stall(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response_only(200)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(first_half)
            finished.wait()

        def log_message(self, *_):
            """Keep the report of the tests clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Stall)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    finished.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_exit_leaves_while_the_page_is_still_loading(page, arrivals, stalled):
    page.goto(stalled, wait_until="commit")
    length = page.evaluate("history.length")
    expect(page.locator(".exit")).to_be_visible()
    assert page.evaluate("document.readyState") == "loading"
    page.locator(".exit").click()
    assert_left(page, arrivals)
    assert page.evaluate("history.length") == length


# Without script.


def test_the_exit_is_an_ordinary_link_without_script(new_context, base_url):
    context = new_context(java_script_enabled=False)
    arrivals = answer_exit(context)
    page = context.new_page()
    page.goto("/help-now/")
    page.locator(".exit").click()
    page.wait_for_url(settings.EXIT_URL)
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()
    (request,) = arrivals
    assert "referer" not in request.all_headers()
    page.go_back()
    assert page.url == f"{base_url}/help-now/"
    expect(page.locator("h1")).to_have_text(re.compile(r"\w"))
