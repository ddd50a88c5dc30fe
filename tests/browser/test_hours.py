"""What the script says of opening hours, by the phone's clock, wherever the phone thinks it is."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contacts.hours import is_bank_holiday

LONDON = ZoneInfo("Europe/London")
KARACHI = "Asia/Karachi"
MASH, EDT, SUPPORT, STALKING = "0300 555 0050", "0300 555 8574", "0808 500 2222", "0808 802 0300"


def working_week():
    """The Monday of a coming week that has no bank holiday, nor has the Monday behind it."""
    today = datetime.now(LONDON).date()
    monday = today + timedelta(days=7 - today.weekday())
    while any(is_bank_holiday(monday + timedelta(days=n)) for n in range(8)):
        monday += timedelta(days=7)
    return monday


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


@pytest.fixture
def labels(new_context):
    """Opens the contact page on a phone at a moment and gives what stands beside each number."""

    def read(moment, language="", zone=KARACHI):
        context = new_context(timezone_id=zone)
        page = context.new_page()
        page.clock.install(time=moment)
        page.goto(f"{language}/contacts/")
        found = {}
        for card in page.locator("main .card").all():
            number = card.locator("bdi").first.inner_text()
            label = card.locator("[data-open]")
            found[number] = label.inner_text() if label.count() and label.is_visible() else ""
        return found

    return read


def test_an_office_is_open_until_its_evening(labels):
    found = labels(at(working_week(), 12))
    assert found[MASH] == "Open now until 5pm."
    assert found[STALKING] == "Open now until 4pm."
    assert found[EDT] == "Opens at 5pm."
    assert found[SUPPORT] == "Open now."


def test_the_last_minute_is_open_and_the_next_is_not(labels):
    monday = working_week()
    assert labels(at(monday, 16, 59))[MASH] == "Open now until 5pm."
    assert labels(at(monday, 17))[MASH] == "Opens tomorrow at 9am."


def test_in_the_evening_and_at_the_weekend_it_says_when_it_opens(labels):
    monday = working_week()
    assert labels(at(monday, 20))[MASH] == "Opens tomorrow at 9am."
    assert labels(at(monday, 6))[MASH] == "Opens at 9am."
    found = labels(at(monday + timedelta(days=5), 10))
    assert found[MASH] == "Opens on Monday at 9am."
    assert found[EDT] == "Open now."


def test_half_hours_are_said(labels):
    assert labels(at(working_week(), 6))[STALKING] == "Opens at 9:30am."


def test_lines_whose_hours_are_not_known_say_nothing(labels):
    assert labels(at(working_week(), 12))["01384 455411"] == ""


def test_the_zone_of_the_phone_is_no_matter(labels):
    moment = at(working_week(), 12)
    expected = labels(moment, zone="Europe/London")
    assert expected == labels(moment) == labels(moment, zone="America/Los_Angeles")


def test_a_clock_that_cannot_be_right_gets_no_label(labels):
    now = datetime.now(LONDON)
    for moment in (now - timedelta(days=1), now - timedelta(days=400), now + timedelta(days=40)):
        assert set(labels(moment).values()) == {""}


def test_other_languages_have_their_words_and_the_clock_of_24_hours(labels):
    assert labels(at(working_week(), 12), language="/pl")[EDT] == "Czynne od 17:00."


def test_time_goes_on_while_the_page_is_open(page):
    monday = working_week()
    page.clock.install(time=at(monday, 16, 58))
    page.goto("/contacts/")
    label = page.locator(f".card:has-text('{MASH}') [data-open]").first
    assert label.inner_text() == "Open now until 5pm."
    page.clock.run_for(3 * 60_000)
    assert label.inner_text() == "Opens tomorrow at 9am."


def test_a_page_opened_while_hidden_is_labelled_too(page):
    page.clock.install(time=at(working_week(), 12))
    page.goto("/")
    page.click("button[data-discreet]")
    page.click("nav >> text=Numbers")
    label = page.locator(f".card:has-text('{MASH}') [data-open]").first
    label.wait_for(state="visible")
    assert label.inner_text() == "Open now until 5pm."


def test_without_script_the_hours_stand_as_text(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/contacts/")
    assert "Monday to Friday: 9am to 5pm." in page.locator("main").inner_text()
    assert page.locator("[data-open]:visible").count() == 0
