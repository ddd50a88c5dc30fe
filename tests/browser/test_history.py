"""An officer deletes a line's hours by mistake, and brings them back."""

import pytest
from playwright.sync_api import expect

from tests.support.axe import find_faults
from tests.support.sign_in_form import give_password

# Its hours can be deleted, because its fallback is open day and night.
LINE = "h-stalking"


@pytest.mark.parametrize("width", [390, 1280])
def test_deleted_opening_hours_come_back(page, site, admin_password, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/admin/contacts/phone/?q={LINE}")
    give_password(page, "admin", admin_password)
    page.goto(f"/admin/contacts/phone/?q={LINE}")
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator("#phone_form")).to_be_visible()
    hours = page.locator(".inline-related.has_original[id^=schedules-]")
    count = hours.count()
    assert count
    for number in range(count):
        page.locator(f"#id_schedules-{number}-DELETE").check()
    page.get_by_role("button", name="Save and continue editing").first.click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    expect(hours).to_have_count(0)

    page.get_by_role("link", name="History", exact=True).click()
    expect(page.locator("#versions tbody tr").first).to_contain_text("Changed opening hours")
    heading = page.get_by_role("heading", level=1).inner_text()
    faults = find_faults(page, heading)
    page.get_by_role("button", name="Show what changed").click()
    expect(page.locator(".changes del").first).to_be_visible()
    faults += find_faults(page, page.get_by_role("heading", level=1).inner_text())
    page.get_by_role("link", name="Restore the version of").click()
    faults += find_faults(page, page.get_by_role("heading", level=1).inner_text())
    page.get_by_role("button", name="Restore it").click()
    expect(page.locator("#versions tbody tr").first).to_contain_text("Restored the version of")
    page.goto(f"/admin/contacts/phone/?q={LINE}")
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator("#phone_form")).to_be_visible()
    expect(hours).to_have_count(count)
    assert faults == []


def test_a_refused_save_can_be_read_by_everybody(page, site, admin_password):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/admin/strategy/guide/?q=consent")
    give_password(page, "admin", admin_password)
    page.goto("/admin/strategy/guide/?q=consent")
    page.locator("#result_list tbody th a").first.click()
    other = page.context.new_page()
    other.goto(page.url)
    for tab, words in ((other, "What the other one typed."), (page, "What this one typed.")):
        tab.locator("#id_summary_en").fill(words)
        tab.get_by_role("button", name="Save and continue editing").first.click()
    expect(page.get_by_role("heading", name="saved this while you had it open")).to_be_visible()
    assert page.locator("#id_summary_en").input_value() == "What this one typed."
    faults = find_faults(page, page.get_by_role("heading", level=1).inner_text())
    # The form's own faults are tested elsewhere.
    assert [fault for fault in faults if ".conflict" in fault or ".sides" in fault] == []
    page.get_by_role("button", name="Save and continue editing").first.click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
