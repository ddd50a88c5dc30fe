"""The forms of the admin in a real Chromium: calendar, clock, what a plus sign makes, sign-in."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from playwright.sync_api import expect

from tests.support.sign_in_form import sign_in


@pytest.fixture
def signed_in(page, site, admin_password):
    """A page of the admin, with an officer signed in."""
    page.set_default_timeout(60_000)
    sign_in(page, f"{site}/admin/", "admin", admin_password)
    return page


def form_of(page, kind, name):
    """Open a record's form from its list."""
    page.goto(f"/admin/{kind}/?q={name}")
    page.locator("#result_list tbody th a").first.click()


def shortcut(box, name):
    """The icon beside a date or time box that opens its calendar or clock."""
    return box.locator(f"xpath=following-sibling::span//a[starts-with(@id, '{name}')]")


def test_the_calendar_and_the_clock_write_what_the_form_reads(signed_in):
    page = signed_in
    form_of(page, "contacts/phone", "h-galop")
    page.locator("#exceptions-group .add-row").get_by_text("Add another").click()
    part = page.locator("#exceptions-0")
    first, last = part.locator("[name$=first_day]"), part.locator("[name$=last_day]")
    # It opens at the day in the box, not at a month of its own choice.
    first.fill("3/12/2032")
    shortcut(first, "calendarlink").click()
    box = page.locator(".calendarbox:visible")
    expect(box.locator("caption")).to_have_text("December 2032")
    expect(box.locator("td.selected")).to_have_text("3")
    expect(box.locator("th").first).to_have_text("M")
    box.get_by_role("link", name="4", exact=True).click()
    expect(first).to_have_value("4 December 2032")
    last.fill("4 December 2032")
    shortcut(last, "calendarlink").click()
    expect(page.locator(".calendarbox:visible caption")).to_have_text("December 2032")
    page.locator(".calendarbox:visible").get_by_role("link", name="25", exact=True).click()
    expect(last).to_have_value("25 December 2032")
    shortcut(part.locator("[name$=opens_at]"), "clocklink").click()
    page.locator(".clockbox:visible").get_by_role("link", name="6 a.m.").click()
    expect(part.locator("[name$=opens_at]")).to_have_value("06:00")
    part.locator("[name$=closes_at]").fill("5.30pm")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    values = [
        part.locator(f"[name$={name}]").input_value()
        for name in ("first_day", "last_day", "opens_at", "closes_at")
    ]
    assert values == ["4 December 2032", "25 December 2032", "06:00", "17:30"]


def test_what_a_plus_sign_adds_is_listed_and_chosen(signed_in):
    page = signed_in
    page.goto("/admin/services/service/add/")
    page.locator("#id_summary_en").fill("Typed before.")
    with page.expect_popup() as opened:
        page.locator("#add_id_phones").click()
    number = opened.value
    # From that window, one more: Django's own list, to choose from.
    with number.expect_popup() as further:
        number.locator("#add_id_organization").click()
    organisation = further.value
    organisation.locator("#id_name").fill("The Plus People")
    organisation.locator("#id_slug").fill("plus-people")
    organisation.locator("#id_is_published").check()
    organisation.get_by_role("button", name="Save").click()
    expect(number.locator("#id_organization option:checked")).to_have_text("The Plus People")
    for name, value in {
        "dial": "01384455401",
        "display": "01384 455 401",
        "slug": "h-plus",
        "name_en": "The plus line",
        "purpose_en": "To try it.",
    }.items():
        number.locator(f"#id_{name}").fill(value)
    number.locator("#id_section").select_option("dudley")
    number.locator("#id_is_published").check()
    number.get_by_role("button", name="Save").click()
    box = page.locator("#id_phones").get_by_label("The plus line: 01384 455 401")
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    assert page.locator("#id_summary_en").input_value() == "Typed before."
    # It is sent with the form like the others.
    for name, value in {
        "title": "Plus",
        "slug": "plus",
        "line": "h-plus-service",
        "name_en": "The plus service",
    }.items():
        page.locator(f"#id_{name}").fill(value)
    page.locator("#id_organization").select_option(label="NHS")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    expect(page.locator("#id_phones").get_by_label("The plus line: 01384 455 401")).to_be_checked()


def test_without_scripts_a_plus_sign_says_what_to_do(browser, site, admin_password):
    context = browser.new_context(java_script_enabled=False, base_url=site)
    page = context.new_page()
    page.set_default_timeout(60_000)
    sign_in(page, f"{site}/admin/", "admin", admin_password)
    page.goto("/admin/services/service/add/")
    assert "Save this form before you press a plus" in page.locator("noscript").inner_text()
    page.locator("#add_id_organization").click()
    page.locator("#id_name").fill("Without Scripts")
    page.locator("#id_slug").fill("without-scripts")
    page.get_by_role("button", name="Save").click()
    assert "Go back to it, save it, and open it again" in page.locator("noscript").inner_text()
    context.close()


def test_the_sign_in_page_shows_no_error_before_anything_is_tried(page, site):
    page.goto(f"{site}/admin/login/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    for note in page.locator(".errornote, .errorlist, [role=alert]").all():
        expect(note).to_be_hidden()
    # The page has a message for a passkey that was not given.
    page.evaluate("document.getElementById('passkey-trouble').hidden = false")
    expect(page.locator("#passkey-trouble")).to_be_visible()


def groups(number):
    """A number as the comparison shows it, with every digit marked as different."""
    return [[(digit, True) for digit in part] for part in number.split()]


@pytest.mark.parametrize("number", ["01384 455 411", "01384 455411", "0800 000 0123"])
@pytest.mark.parametrize("width", [320, 352, 390])
def test_compared_numbers_fit_a_phone(page, number, width):
    styles = ["admin/css/base.css", "admin/css/forms.css", "admin/css/responsive.css"]
    css = "".join(Path(finders.find(style)).read_text() for style in [*styles, "admin/hub.css"])
    compared = render_to_string(
        "admin/approvals/_digits.html",
        {"caption": "The number", "old": groups(number), "new": groups(number)},
    )
    page.set_viewport_size({"width": width, "height": 700})
    page.set_content(
        f"<!doctype html><meta name=viewport content='width=device-width'><style>{css}</style>"
        f"<div id=container><div class=main><div class=content><main id=content>{compared}"
        "</main></div></div></div>"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for box in page.locator(".compared, .digits, .digits span").all():
        place = box.bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= width
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth || box.clientWidth === 0")


def test_a_service_is_added_in_one_journey_and_parts_of_forms_stay_open(signed_in):
    page = signed_in
    page.goto("/admin/add-service/")
    missing, address = page.locator(".missing li:visible"), page.locator("[name=address_1]")
    expect(missing).to_have_count(6)
    expect(address).to_be_hidden()
    for name, value in {
        "name": "A listening place",
        "summary": "Somebody listens.",
        "new_organization": "The Journey People",
        "number": "01384 000904",
        "number_again": "01384 000904",
        "hours_1_opens": "9",
        "hours_1_closes": "17.30",
    }.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=heading]").select_option("specialist")
    page.get_by_label("Saturday").first.check()
    page.get_by_label("Public:").check()
    expect(missing).to_have_count(0)
    address.fill("1 Zephyrine Street")
    # The address has to be taken out again before the place can be secret.
    page.get_by_label("Secret:").check()
    expect(address).to_be_hidden()
    page.get_by_role("button", name="Add the service").click()
    page.locator(".to-mend").get_by_role("link", name="Number and street").click()
    address.fill("")
    page.get_by_role("button", name="Add the service").click()
    expect(page.locator("main")).to_contain_text("Saturday: 9am to 5:30pm.")
    page.get_by_role("link", name="A listening place: 01384 000904").click()
    urdu = page.locator("details", has=page.get_by_role("heading", name="Urdu")).first
    expect(urdu).not_to_have_attribute("open", "")
    page.locator(".parts").get_by_role("link", name="Urdu").click()
    expect(urdu).to_have_attribute("open", "")
    form_of(page, "contacts/phone", "h-galop")
    expect(urdu).to_have_attribute("open", "")
