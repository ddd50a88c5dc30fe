"""Once the visit is over, no file of the browser holds what the reader looked for."""

from contextlib import contextmanager

import pytest
from django.conf import settings

from tests.support.chromium import serving, started
from tests.support.what_stays import found_in, see

# A word that no browser file contains by itself.
CANARY = "quetzalcoatl"
# The second word is known, so there are results.
WORDS = f"{CANARY} stalker"
RESULT = "/services/unwanted-contact/"
FORMS = {
    "in the address": b"<form action='/found'><input name=words><button>Find</button></form>",
    "remembered by the form": (
        b"<form action='/found' method=post><input name=words><button>Find</button></form>"
    ),
}


@contextmanager
def plain(form):
    """The address of a site that takes no precautions."""

    def answer(path):
        return [("Content-Type", "text/html")], [b"<!doctype html><title>Plain</title>", form]

    with serving(answer) as port:
        yield f"http://127.0.0.1:{port}"


def ask(tab, words):
    tab.click("input[name=words]")
    tab.type(words)
    tab.click("form button")


def left_by_a_plain_form(launch_args, profile, form):
    with (
        plain(form) as address,
        started(launch_args, profile) as browser,
        browser.tab(f"{address}/", settings.EXIT_URL) as tab,
    ):
        ask(tab, CANARY)
        tab.until(lambda: "/found" in tab.url(), "the answer")
        tab.goto(f"{address}/")
    return found_in(profile, [CANARY])


# The browser keeps responses as they were sent: compressed, the search would miss the words.
IS_PACKED = """(() => {
  const { encodedBodySize, decodedBodySize } = performance.getEntriesByType("navigation")[0];
  return encodedBodySize !== decodedBodySize;
})()"""
IS_THERE = (
    f"""document.readyState === 'complete' && !!document.querySelector('a[href="{RESULT}"]')"""
)


def look_for(tab, base_url, is_hidden):
    """Search for the words, open a result and, if Back is there, go back."""
    assert not tab.evaluate(IS_PACKED)
    if is_hidden:
        tab.click("button[data-discreet]")
    ask(tab, WORDS)
    tab.until(lambda: tab.evaluate(IS_THERE), "the results")
    assert CANARY in tab.evaluate("document.querySelector('main input').value")
    if is_hidden:
        see(tab, base_url + RESULT)
    else:
        tab.follow(base_url + RESULT)
        tab.travel(-1)
        tab.until(lambda: tab.url() == f"{base_url}/find/", "the box again")


@pytest.mark.parametrize("is_hidden", [False, True])
def test_no_words_typed_into_find_are_left_on_the_disk(
    browser_type_launch_args, tmp_path, base_url, is_hidden
):
    for name, form in FORMS.items():
        left = left_by_a_plain_form(browser_type_launch_args, tmp_path / name, form)
        assert left == {CANARY}, f"The search would not find what is {name}."
    for has_exit in (True, False):
        profile = tmp_path / f"exit {has_exit}"
        with (
            started(browser_type_launch_args, profile) as browser,
            browser.tab("about:blank", settings.EXIT_URL) as tab,
        ):
            tab.send("Network.enable")
            tab.send("Network.setExtraHTTPHeaders", headers={"Accept-Encoding": "identity"})
            tab.goto(base_url + "/")
            look_for(tab, base_url, is_hidden)
            if has_exit:
                tab.click(".exit")
                tab.wait_until_loaded(settings.EXIT_URL)
            else:
                # The browser closes with the page still open.
                browser.close()
        assert found_in(profile, [CANARY, WORDS, base_url]) == {base_url}


def test_without_script_the_browser_keeps_the_words_and_the_page_says_so(
    browser_type_launch_args, tmp_path, base_url
):
    with (
        started(browser_type_launch_args, tmp_path) as browser,
        browser.tab("about:blank", settings.EXIT_URL) as tab,
    ):
        tab.send("Network.enable")
        tab.send("Network.setExtraHTTPHeaders", headers={"Accept-Encoding": "identity"})
        tab.send("Emulation.setScriptExecutionDisabled", value=True)
        tab.goto(base_url + "/")
        assert "your browser may keep your words" in tab.evaluate("document.body.innerText")
        ask(tab, WORDS)
        tab.until(lambda: tab.url() == f"{base_url}/find/", "the answer")
        tab.until(lambda: tab.evaluate(IS_THERE), "the results")
        browser.close()
    assert found_in(tmp_path, [CANARY]) == {CANARY}
