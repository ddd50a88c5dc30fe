"""“Is this wrong?” in a real Chromium: without script, by keyboard, in a hidden visit."""

import pytest
from playwright.sync_api import expect

from contacts.models import Phone
from services.models import Service
from tests.support.browser_exit import assert_left, history_of
from tests.support.rows import real


@pytest.fixture
def address():
    return f"/wrong/n{real(Phone, slug='h-galop').id}/"


@pytest.mark.parametrize("code", ["", "/ur"])
def test_without_script_a_press_is_thanked(browser, base_url, address, code):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto(code + address)
    page.locator("main form button").nth(2).click()
    expect(page.locator("main form")).to_have_count(0)
    expect(page.locator("main a[href='tel:999']")).to_be_visible()
    assert page.url == f"{base_url}{code}{address}"
    context.close()


def test_it_is_reached_and_pressed_by_keyboard(page, address):
    page.goto(address)
    button = page.get_by_role("button", name="Nobody answered")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Thank you")
    expect(page.locator("h1")).to_be_focused()


def test_the_thanks_add_nothing_to_the_history_and_do_not_come_back(page, address):
    page.goto("/")
    page.goto(address)
    before = history_of(page)
    page.get_by_role("button", name="It is closed").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    assert history_of(page) == before
    page.reload()
    expect(page.locator("main form")).to_have_count(4)


def test_in_a_hidden_visit_and_at_the_exit_it_is_a_page_like_any_other(page, address, arrivals):
    page.goto(f"/services/{real(Service, line='h-galop').slug}/")
    page.locator("button[data-discreet]").click()
    before, title = history_of(page), page.title()
    page.locator(f"a[href='{address}']").click()
    page.get_by_role("button", name="Wrong number").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    assert history_of(page) == before
    assert page.title() == title
    page.locator(".exit").click()
    assert_left(page, arrivals)


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("code", ["", "/ur"])
def test_the_buttons_fit_the_phone(page, address, width, code):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(code + address)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in page.locator("main form button").all():
        assert button.bounding_box()["height"] >= 44
