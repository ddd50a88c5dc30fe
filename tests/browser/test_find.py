"""Find in a real Chromium: by keyboard, without script, and in a hidden visit."""

import pytest
from django.conf import settings
from django.utils import translation
from modeltranslation.utils import build_localized_fieldname
from playwright.sync_api import expect

from services.models import Service
from tests.browser.pages import pages_in, visit
from tests.support.browser_exit import assert_left, history_of
from tests.support.rows import real

CANARY = "stalker"


# The services that the words of these tests find.
STALKING, PICTURES = "h-stalking", "h-reportremove"
KEPT = "For your safety your words are not kept: if you go back, the box is empty."


def language_of(page):
    return page.locator("html").get_attribute("lang")


def name_of(line, language="en"):
    return getattr(real(Service, line=line), build_localized_fieldname("name", language))


def link_to(place, line):
    """A link on a page, or in a part of one, to the service of a line."""
    page = getattr(place, "page", place)
    return place.get_by_role("link", name=name_of(line, language_of(page)))


def kept(page):
    """That words are not kept, in the page's language."""
    with translation.override(language_of(page)):
        return translation.gettext(KEPT)


def look_for(page, words):
    page.get_by_role("textbox").fill(words)
    page.keyboard.press("Enter")


def assert_forgotten(page):
    """The page is the empty box: no words, no results."""
    expect(page.get_by_role("textbox")).to_have_value("")
    expect(page.locator("main")).to_contain_text(kept(page))
    expect(page.locator("main h3")).to_have_count(0)
    assert CANARY not in page.content()


@pytest.mark.parametrize("path", ["/", "/find/", "/ur/", "/ur/find/"])
def test_results_are_shown_at_the_address_of_the_empty_box(page, base_url, path):
    page.goto(path)
    box = base_url + ("/ur" if path.startswith("/ur") else "") + "/find/"
    before = history_of(page)
    look_for(page, CANARY)
    expect(link_to(page, STALKING)).to_be_visible()
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator("h1")).to_be_in_viewport()
    assert page.url == box
    assert history_of(page) == (before if before[-1] == box else [*before, box])
    title = page.title()
    assert not any(CANARY in words for words in [title, *history_of(page)])
    # Another search stays in the same place.
    look_for(page, "nudes")
    expect(link_to(page, PICTURES)).to_be_visible()
    assert history_of(page) == (before if before[-1] == box else [*before, box])
    page.reload()
    assert_forgotten(page)
    assert page.title() == title


def test_back_and_forward_lead_to_pages_without_the_words(page, base_url):
    page.goto("/")
    home = page.locator("h1").inner_text()
    home_title = page.title()
    look_for(page, CANARY)
    expect(link_to(page, STALKING)).to_be_visible()
    page.go_back()
    expect(page.locator("h1")).to_have_text(home)
    assert (page.url, page.title()) == (f"{base_url}/", home_title)
    assert CANARY not in page.content()
    page.go_forward()
    expect(page.locator("h1")).to_have_text("Find")
    assert page.url == f"{base_url}/find/"
    assert_forgotten(page)


def test_back_from_a_result_leads_to_an_empty_box_that_says_why(page, base_url):
    page.goto("/")
    look_for(page, CANARY)
    link_to(page, STALKING).click()
    expect(page.locator("h1")).to_have_text(name_of(STALKING))
    page.go_back()
    assert page.url == f"{base_url}/find/"
    assert_forgotten(page)


def test_a_jump_within_the_page_keeps_the_results(page):
    page.goto("/")
    look_for(page, CANARY)
    result = link_to(page, STALKING)
    expect(result).to_be_visible()
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("/find/#main")
    expect(result).to_be_visible()
    page.go_back()
    expect(result).to_be_visible()


@pytest.mark.parametrize("has_script", [True, False])
def test_the_address_brings_no_results_back_in_another_tab(browser, base_url, has_script):
    context = browser.new_context(base_url=base_url, java_script_enabled=has_script)
    page = context.new_page()
    page.goto("/")
    look_for(page, CANARY)
    expect(link_to(page, STALKING)).to_be_visible()
    address = page.url
    assert address == f"{base_url}/find/"
    other = context.new_page()
    other.goto(address)
    assert_forgotten(other)
    context.close()
    elsewhere = browser.new_context(base_url=base_url)
    page = elsewhere.new_page()
    page.goto(address)
    assert_forgotten(page)
    elsewhere.close()


def test_no_results_come_back_after_the_exit(page, arrivals):
    page.goto("/")
    look_for(page, CANARY)
    expect(link_to(page, STALKING)).to_be_visible()
    found_at = page.url
    page.locator(".exit").click()
    assert_left(page, arrivals)
    page.go_back()
    page.wait_for_url(settings.EXIT_URL)
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()
    page.goto(found_at)
    assert_forgotten(page)


def test_without_an_answer_the_numbers_are_shown_and_the_words_go_nowhere(page, base_url):
    page.goto("/")
    page.route("**/find/", lambda route: route.abort())
    look_for(page, CANARY)
    expect(page.locator("main h1")).to_have_text("This page did not load")
    expect(page.locator("main a[href='tel:999']")).to_be_visible()
    assert page.url == f"{base_url}/"
    page.unroute("**/find/")
    page.get_by_role("button", name="Try again").click()
    expect(link_to(page, STALKING)).to_be_visible()
    assert page.url == f"{base_url}/find/"


def test_back_in_a_hidden_visit_that_began_at_results_shows_the_page_at_that_address(
    page, base_url
):
    page.goto("/")
    home = page.locator("h1").inner_text()
    look_for(page, CANARY)
    result = link_to(page, STALKING)
    expect(result).to_be_visible()
    page.locator("button[data-discreet]").click()
    result.click()
    expect(page.locator("h1")).to_have_text(name_of(STALKING))
    page.go_back()
    expect(page.locator("h1")).to_have_text(home)
    assert page.url == f"{base_url}/"


@pytest.mark.parametrize("path", ["/", "/find/", "/ur/find/"])
def test_find_adds_no_history_entry_in_a_hidden_visit(page, path):
    page.goto(path)
    page.locator("button[data-discreet]").click()
    entries, title = history_of(page), page.title()
    page.get_by_role("textbox").fill(CANARY)
    page.keyboard.press("Enter")
    expect(link_to(page, STALKING)).to_be_visible()
    assert history_of(page) == entries
    assert page.title() == title
    link_to(page, STALKING).click()
    expect(page.locator("h1")).to_have_text(name_of(STALKING, language_of(page)))
    assert history_of(page) == entries


def test_the_searches_that_other_tests_open_give_the_expected_results(page):
    every, corrected, nothing, empty = pages_in("en")[-4:]
    visit(page, every)
    expect(page.locator("main h2")).not_to_have_count(0)
    for place, words in [
        (corrected, "We looked for: harassment"),
        (nothing, "We found nothing"),
        (empty, "There was nothing to look for"),
    ]:
        visit(page, place)
        expect(page.locator("main")).to_contain_text(words)


def test_a_number_can_be_pressed_in_the_results(page):
    page.goto("/find/")
    page.get_by_role("textbox").fill("childline")
    page.keyboard.press("Enter")
    first = page.locator("main li").first
    expect(link_to(first, "h-childline")).to_be_visible()
    number = first.locator("a[href='tel:08001111']")
    expect(number).to_be_visible()
    assert number.bounding_box()["height"] >= 44


def test_find_works_without_script(browser, base_url):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("textbox").fill("nudes")
    page.get_by_role("button", name="Find").click()
    expect(link_to(page, PICTURES)).to_be_visible()
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
    for box in (page.get_by_role("textbox"), page.locator("main form button")):
        assert box.bounding_box()["height"] >= 44


def test_the_form_asks_the_browser_to_remember_nothing(page):
    page.goto("/find/")
    assert page.evaluate("document.querySelector('[data-find]').autocomplete") == "off"
    assert page.evaluate("document.querySelector('[data-find] input').autocomplete") == "off"
