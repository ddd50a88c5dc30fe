"""What a visit leaves on the phone: in the browser history, the profile and the page's storage.

Each test first shows what an ordinary visit leaves. Otherwise finding nothing would prove nothing.
"""

import sqlite3
from urllib.request import Request, urlopen

import pytest
from django.conf import settings

from tests.support.addresses import ONE_OF_EACH_TEMPLATE
from tests.support.chromium import serving, started
from tests.support.what_stays import found_in, see

VISIT = ["/help-now/", "/topics/", "/topics/law/", "/contacts/"]
ORDINARY = ["/privacy/", "/accessibility/", "/services/"]
# The sentences that are in the page's HTML exactly as they are shown.
SENTENCES = """[...document.querySelectorAll("main p, main li")]
  .filter((element) => !element.childElementCount)
  .map((element) => element.textContent)
  .filter((text) => /^[A-Z][A-Za-z0-9 ,.:;()-]{24,}$/.test(text))"""


def read(tab, address, is_hidden):
    """Read the pages, leave, and return a sentence of each."""
    if is_hidden:
        tab.click("button[data-discreet]")
    sentences = []
    met = tab.evaluate(SENTENCES)
    for path in VISIT:
        (see if is_hidden else type(tab).follow)(tab, address + path)
        of_page = tab.evaluate(SENTENCES)
        # One that no page before has: the first page of a hidden visit does stay on the disk.
        sentences.append(next(sentence for sentence in of_page if sentence not in met))
        met += of_page
    assert len(set(sentences)) == len(VISIT), "The sentences do not tell the pages apart."
    tab.click(".exit")
    tab.wait_until_loaded(settings.EXIT_URL)
    return sentences


# The browser history.

LISTED = """(() => {
  const lines = [];
  const look = (node) => {
    if (node.id === "title-and-domain") lines.push(node.textContent.replace(/\\s+/g, " ").trim());
    for (const child of node.shadowRoot?.children ?? []) look(child);
    for (const child of node.children) look(child);
  };
  look(document.documentElement);
  return lines;
})()"""


def list_of_visits(browser):
    """The history as the browser shows it on request."""
    with browser.tab("chrome://history/") as tab:
        return tab.until(lambda: tab.evaluate(LISTED), "the list of visits")


def addresses_in(profile, host):
    with sqlite3.connect(profile / "Default" / "History") as database:
        query = "select url from urls where url like ? order by url"
        return [url for (url,) in database.execute(query, [f"{host}%"])]


def test_a_hidden_visit_is_one_address_and_no_line_in_the_list_of_visits(
    browser_type_launch_args, tmp_path, base_url
):
    page = [f"<!doctype html><title>Start</title><a href='{base_url}/'>A result</a>".encode()]
    with (
        serving(lambda path: ([("Content-Type", "text/html")], page)) as port,
        started(browser_type_launch_args, tmp_path) as browser,
    ):
        start = f"http://localhost:{port}/"
        with browser.tab(start, settings.EXIT_URL) as tab:
            # An ordinary visit is listed, even though the exit removes its last page.
            for path in ORDINARY:
                tab.goto(base_url + path)
            tab.click(".exit")
            tab.wait_until_loaded(settings.EXIT_URL)
            listed = [line for line in list_of_visits(browser) if "127.0.0.1" in line]
            assert len(listed) == 2, listed
        with browser.tab(start, settings.EXIT_URL) as tab:
            tab.follow(base_url + "/")
            read(tab, base_url, is_hidden=True)
            assert tab.history() == ([start, settings.EXIT_URL], 1)
            # The history has gained nothing.
            assert [line for line in list_of_visits(browser) if "127.0.0.1" in line] == listed
            steps = [tab.travel(step) for step in [-1] * 10 + [1] * 10]
            assert steps.count(True) == 2
            tab.wait_until_loaded(settings.EXIT_URL)
            assert tab.history() == ([start, settings.EXIT_URL], 1)
    assert set(addresses_in(tmp_path, base_url)) == {base_url + path for path in ["/", *ORDINARY]}


def test_a_hidden_visit_adds_one_address_to_an_empty_history(
    browser_type_launch_args, tmp_path, base_url
):
    with started(browser_type_launch_args, tmp_path) as browser:
        with browser.tab(base_url + "/services/", settings.EXIT_URL) as tab:
            read(tab, base_url, is_hidden=True)
        assert not [line for line in list_of_visits(browser) if "127.0.0.1" in line]
    assert addresses_in(tmp_path, base_url) == [base_url + "/services/"]
    assert addresses_in(tmp_path, settings.EXIT_URL) == [settings.EXIT_URL]


# The disk.


def passing_on(base_url, is_kept):
    """A server in front that sends answers uncompressed, with or without leave to keep them."""

    def answer(path):
        request = Request(base_url + path, headers={"Accept-Encoding": "identity"})  # noqa: S310
        with urlopen(request) as response:  # noqa: S310 - our own server.
            headers = response.getheaders()
            body = response.read()
        dropped = {"content-length", "connection", "date"} | (
            {"cache-control"} if is_kept else set()
        )
        cache_headers = [("Cache-Control", "max-age=600")] if is_kept else []
        return [pair for pair in headers if pair[0].lower() not in dropped] + cache_headers, [body]

    return serving(answer)


def after_a_visit(launch_args, profile, base_url, *, is_kept, is_hidden):
    """The sentences and addresses of the pages read, and those found on the disk."""
    with passing_on(base_url, is_kept) as port:
        address = f"http://127.0.0.1:{port}"
        with (
            started(launch_args, profile) as browser,
            browser.tab(f"{address}/", settings.EXIT_URL) as tab,
        ):
            first = tab.evaluate(SENTENCES)[0]
            sentences = read(tab, address, is_hidden)
    addresses = [f"{address}{path}" for path in VISIT]
    left = found_in(profile, [first, *sentences, *addresses])
    return first, set(sentences), set(addresses), left


@pytest.mark.parametrize("is_hidden", [False, True])
def test_no_sentence_of_the_pages_is_left_on_the_disk(
    browser_type_launch_args, tmp_path, base_url, is_hidden
):
    first, sentences, addresses, left = after_a_visit(
        browser_type_launch_args, tmp_path / "kept", base_url, is_kept=True, is_hidden=False
    )
    assert {first, *sentences, *addresses} <= left, "The search would not find what is kept."
    first, sentences, addresses, left = after_a_visit(
        browser_type_launch_args, tmp_path / "real", base_url, is_kept=False, is_hidden=is_hidden
    )
    assert left == (set() if is_hidden else addresses)


def test_a_hidden_page_stays_off_the_disk_even_if_the_server_forgets_to_ask(
    browser_type_launch_args, tmp_path, base_url
):
    first, _, _, left = after_a_visit(
        browser_type_launch_args, tmp_path, base_url, is_kept=True, is_hidden=True
    )
    # The first page of the visit loaded in the ordinary way, so the search finds that one.
    assert left == {first}


# The page's own storage, and its requests.

KEPT = """async () => [
  document.cookie.length,
  localStorage.length,
  (await indexedDB.databases()).length,
  (await caches.keys()).length,
  (await navigator.serviceWorker.getRegistrations()).length,
  Object.entries(sessionStorage).join(";"),
]"""


def test_a_hidden_visit_asks_only_the_site_and_keeps_only_that_it_is_hidden(page, base_url):
    requests = []
    page.context.on("request", lambda request: requests.append(request.url))
    page.goto("/")
    assert page.evaluate(KEPT) == [0, 0, 0, 0, 0, ""]
    page.get_by_role("button", name="Hide my visit").click()
    for path in VISIT:
        with page.expect_event("requestfinished"):
            page.locator(f"a[href='{path}']").first.evaluate("(link) => link.click()")
        page.locator("html:not([data-loading])").wait_for()
        assert page.evaluate(KEPT) == [0, 0, 0, 0, 0, "h,1"]
    page.reload()
    assert page.context.cookies() == []
    assert requests == [base_url + path for path in ["/", *VISIT, "/"]]


def test_no_page_lets_the_browser_prefetch_or_install_anything(page):
    for path in ONE_OF_EACH_TEMPLATE:
        response = page.goto(path)
        assert "link" not in response.headers, path
        links = page.evaluate(
            "[...document.querySelectorAll('link')].map((link) => [link.rel, link.href].join())"
        )
        assert links == ["icon,data:,"], path
        kinds = "script[src], script[type], iframe, img, object, embed, meta[http-equiv]"
        assert page.locator(kinds).count() == 0, path
        assert page.evaluate("navigator.serviceWorker.controller") is None
