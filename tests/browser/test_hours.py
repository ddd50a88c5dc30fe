"""What the script says of opening hours, by the phone's clock, in whatever zone it is set to."""

from datetime import datetime, timedelta

import pytest

from contacts.models import Phone
from tests.support.rows import real
from tests.support.working_week import LONDON, at, working_week

KARACHI = "Asia/Karachi"
MASH, EDT, SUPPORT, STALKING = "h-mash-children", "h-edt", "h-rcew247", "h-stalking"


def number(line):
    return real(Phone, slug=line).display


def card(page, line):
    """The first card of a line on a page, or its row in the table of numbers."""
    return page.locator(f":is(.card, .numbers tr):has-text('{number(line)}')").first


def open_numbers(page, language=""):
    """The page of contact numbers with all that is folded open."""
    page.goto(f"{language}/contacts/")
    page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")


@pytest.fixture
def labels(new_context):
    """Opens the contact page on a phone at a moment, and returns the label beside each number."""

    def read(moment, language="", zone=KARACHI):
        context = new_context(timezone_id=zone)
        page = context.new_page()
        page.clock.install(time=moment)
        open_numbers(page, language)
        label_of = {}
        for card in page.locator("main .numbers tr:has(bdi)").all():
            shown = card.locator("bdi").first.inner_text()
            label = card.locator("[data-open]")
            label_of[shown] = label.inner_text() if label.count() and label.is_visible() else ""
        return label_of

    return read


def test_an_office_is_open_until_its_evening(labels):
    label_of = labels(at(working_week(), 12))
    assert label_of[number(MASH)] == "Open now until 5pm."
    assert label_of[number(STALKING)] == "Open now until 4pm."
    assert label_of[number(EDT)] == "Opens at 5pm."
    # Its text already says “Day and night”.
    assert label_of[number(SUPPORT)] == ""


def test_the_last_minute_is_open_and_the_next_is_not(labels):
    monday = working_week()
    assert labels(at(monday, 16, 59))[number(MASH)] == "Open now until 5pm."
    assert labels(at(monday, 17))[number(MASH)] == "Opens tomorrow at 9am."


def test_in_the_evening_and_at_the_weekend_a_line_says_when_it_opens(labels):
    monday = working_week()
    assert labels(at(monday, 20))[number(MASH)] == "Opens tomorrow at 9am."
    assert labels(at(monday, 6))[number(MASH)] == "Opens at 9am."
    label_of = labels(at(monday + timedelta(days=5), 10))
    assert label_of[number(MASH)] == "Opens on Monday at 9am."
    assert label_of[number(EDT)] == "Open now."


def test_half_hours_are_shown(labels):
    assert labels(at(working_week(), 6))[number(STALKING)] == "Opens at 9:30am."


def test_lines_whose_hours_are_not_known_say_nothing(labels):
    assert labels(at(working_week(), 12))[number("h-spoc")] == ""


def test_the_phones_time_zone_makes_no_difference(labels):
    moment = at(working_week(), 12)
    expected = labels(moment, zone="Europe/London")
    assert expected == labels(moment) == labels(moment, zone="America/Los_Angeles")


def test_a_clock_that_cannot_be_right_gets_no_label(labels):
    now = datetime.now(LONDON)
    for moment in (now - timedelta(days=1), now - timedelta(days=400), now + timedelta(days=60)):
        assert set(labels(moment).values()) == {""}


def test_other_languages_have_their_own_words_and_the_24_hour_clock(labels):
    assert labels(at(working_week(), 12), language="/pl")[number(EDT)] == "Czynne od 17:00."


def test_labels_change_while_the_page_is_open(page):
    monday = working_week()
    page.clock.install(time=at(monday, 16, 58))
    open_numbers(page)
    label = card(page, MASH).locator("[data-open]").first
    assert label.inner_text() == "Open now until 5pm."
    page.clock.run_for(3 * 60_000)
    assert label.inner_text() == "Opens tomorrow at 9am."


def test_a_page_opened_while_hidden_is_labelled_too(page):
    page.clock.install(time=at(working_week(), 12))
    page.goto("/")
    page.click("button[data-discreet]")
    page.click(".main-nav >> text=Contact numbers")
    label = card(page, MASH).locator("[data-open]").first
    label.wait_for(state="visible")
    assert label.inner_text() == "Open now until 5pm."


def test_without_script_the_hours_are_shown_as_text(new_context):
    page = new_context(java_script_enabled=False).new_page()
    open_numbers(page)
    assert "Monday to Friday: 9am to 5pm." in page.locator("main").inner_text()
    assert page.locator("[data-open]:visible").count() == 0


@pytest.mark.parametrize(
    ("now", "opens", "words"),
    [
        # The next day has 23 hours, so it begins and ends within the next 24 and a half.
        (datetime(2027, 3, 27, 23, 30), datetime(2027, 3, 29, 9), "Opens on Monday at 9am."),
        (datetime(2027, 3, 27, 23, 30), datetime(2027, 3, 28, 9), "Opens tomorrow at 9am."),
        # This day has 25 hours.
        (datetime(2027, 10, 31, 0, 15), datetime(2027, 11, 1, 9), "Opens tomorrow at 9am."),
        (datetime(2027, 6, 7, 1), datetime(2027, 6, 7, 12), "Opens at 12pm."),
        (datetime(2027, 6, 7, 12), datetime(2027, 6, 8, 0, 30), "Opens tomorrow at 12:30am."),
        # A weekday alone would point to the wrong day.
        (datetime(2027, 6, 7, 12), datetime(2027, 6, 13, 9), "Opens on Sunday at 9am."),
        (datetime(2027, 6, 7, 12), datetime(2027, 6, 14, 9), "Opens on Monday 14 June at 9am."),
    ],
)
def test_the_next_opening_is_named_by_its_calendar_day(page, now, opens, words):
    now, opens = now.replace(tzinfo=LONDON), opens.replace(tzinfo=LONDON)
    page.clock.install(time=now)
    open_numbers(page)
    label = page.locator("[data-open]").first
    start = int(opens.timestamp()) // 60
    hours = {"open": f"[{start},60]", "unknown": "[]", "built": "0", "ends": str(start + 60)}
    label.evaluate("(label, hours) => Object.assign(label.dataset, hours)", hours)
    page.clock.run_for(60_000)
    assert label.inner_text() == words


def test_one_label_that_cannot_be_worked_out_does_not_stop_the_others(page):
    page.clock.install(time=at(working_week(), 12))
    open_numbers(page)
    first = page.locator(".label[data-open]").first
    first.evaluate("(label) => { label.dataset.open = 'torn'; }")
    page.clock.run_for(60_000)
    assert not first.is_visible()
    label = card(page, STALKING).locator(".label").first
    assert label.inner_text() == "Open now until 4pm."


def test_the_script_uses_nothing_newer_than_chromium_80(page):
    page.add_init_script("delete Array.prototype.at; delete String.prototype.at;")
    page.add_init_script("delete Array.prototype.findLast; delete Object.hasOwn;")
    page.clock.install(time=at(working_week(), 12))
    open_numbers(page)
    label = card(page, STALKING).locator(".label").first
    assert label.inner_text() == "Open now until 4pm."


def test_a_printed_page_has_the_hours_and_the_date_but_no_label(page):
    page.clock.install(time=at(working_week(), 12))
    open_numbers(page)
    assert page.locator(".label:visible").count()
    assert not page.locator(".on-paper").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".label:visible").count() == 0
    words = page.locator("main").inner_text()
    assert "Open now" not in words
    assert "Monday to Friday: 9am to 5pm." in words
    assert page.locator(".on-paper").inner_text().startswith("From ")


def test_a_label_names_a_day_as_the_hours_do(labels, page):
    saturday = working_week() + timedelta(days=5)
    for language in ("ur", "pa", "ar", "pl", "ro"):
        page.clock.install(time=at(saturday, 10))
        open_numbers(page, f"/{language}")
        line = card(page, MASH).locator(".hours").first
        label = line.locator(".label").inner_text()
        monday = page.locator("template[data-days]").get_attribute("data-days").split("|")[0]
        assert monday in label, language
        # The hours may begin with it, and so with a capital.
        assert line.inner_text().lower().count(monday) == 2, language


def test_sessions_run_from_the_right_in_right_to_left_text(page):
    """Positions on the screen, not the order in the source."""
    open_numbers(page, "/ur")
    parts = card(page, STALKING).locator(".hours bdi")
    places = [parts.nth(n).bounding_box() for n in range(4)]
    for before, after in zip(places[::2], places[1::2], strict=True):
        if abs(before["y"] - after["y"]) < 5:
            assert before["x"] > after["x"]
    assert "09:30" in parts.nth(1).inner_text()
