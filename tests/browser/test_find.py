"""Find in a real Chromium: by keyboard, without script, and in a hidden visit."""

import pytest
from playwright.sync_api import expect

from .pages import pages_in
from .test_exit import history_of

CANARY = "stalker"


def test_find_works_by_keyboard_and_back_leads_back(page, base_url):
    page.goto("/find/")
    page.get_by_role("textbox").focus()
    page.keyboard.type(CANARY)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Stalking")).not_to_have_count(0)
    assert CANARY not in page.url
    assert CANARY not in page.title()
    page.go_back()
    expect(page.get_by_role("textbox")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("link", name="National Stalking Helpline")).to_be_visible()
    assert not any(CANARY in url for url in history_of(page))


@pytest.mark.parametrize("path", ["/", "/find/", "/ur/find/"])
def test_in_a_hidden_visit_find_makes_no_new_entry(page, path):
    page.goto(path)
    page.locator("button[data-discreet]").click()
    entries, title = history_of(page), page.title()
    page.get_by_role("textbox").fill(CANARY)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="National Stalking Helpline")).to_be_visible()
    assert history_of(page) == entries
    assert page.title() == title
    page.get_by_role("link", name="National Stalking Helpline").click()
    expect(page.locator("h1")).to_have_text("National Stalking Helpline")
    assert history_of(page) == entries


def test_the_answers_that_other_tests_look_at_are_answers(page):
    every, mended, nothing, empty, expired = pages_in("en")[-5:]
    page.goto(every)
    expect(page.locator("main h2")).not_to_have_count(0)
    for path, words in [
        (mended, "We looked for: harassment"),
        (nothing, "We found nothing"),
        (empty, "There was nothing to look for"),
        (expired, "no longer kept"),
    ]:
        page.goto(path)
        expect(page.locator("main")).to_contain_text(words)


def test_a_number_is_pressed_in_the_results_themselves(page):
    page.goto("/find/")
    page.get_by_role("textbox").fill("childline")
    page.keyboard.press("Enter")
    first = page.locator("main li").first
    expect(first.get_by_role("link", name="Childline")).to_be_visible()
    number = first.locator("a[href='tel:08001111']")
    expect(number).to_be_visible()
    assert number.bounding_box()["height"] >= 44


def test_find_works_without_script(browser, base_url):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("textbox").fill("nudes")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("link", name="Report Remove")).to_be_visible()
    assert "nudes" not in page.url
    context.close()


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("code", ["", "/ur"])
def test_the_box_fits_the_phone(page, width, code):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{code}/find/")
    page.get_by_role("textbox").fill("harasment at work")
    page.keyboard.press("Enter")
    expect(page.locator("h3")).not_to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for box in (page.get_by_role("textbox"), page.locator("form button")):
        assert box.bounding_box()["height"] >= 44


def test_the_form_asks_the_browser_to_remember_nothing(page):
    page.goto("/find/")
    assert page.evaluate("document.querySelector('[data-find]').autocomplete") == "off"
    assert page.evaluate("document.querySelector('[data-find] input').autocomplete") == "off"
