"""Opening hours as officers write them and readers see them."""

import csv
import json
import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from contacts.models import Phone, Schedule, ScheduleException, Verification
from contacts.opening_hours import Rule
from contacts.printed_hours import week_of
from helphub.content import memory
from helphub.languages import days
from helphub.languages.names import codes
from services.models import Service
from tests.support.addresses import public_pages
from tests.support.admin_forms import errors, save
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """Sets the server's clock to a moment in Dudley."""

    def set_to(year, month, day, hour=12, minute=0):
        moment = datetime(year, month, day, hour, minute, tzinfo=timezone.get_default_timezone())
        monkeypatch.setattr(timezone, "now", lambda: moment.astimezone(UTC))

    set_to(2026, 11, 24)
    return set_to


def card(client, slug):
    """The row of one number on the contact page."""
    display = Phone.objects.get(slug=slug).display
    page = Page(client.get("/contacts/"))
    numbers = ((row, next(row.iter("bdi"), None)) for row in page.cards)
    return next(row for row, number in numbers if number is not None and text(number) == display)


def own_page(client, slug):
    """What the page of a number's service says."""
    return Page(client.get(Phone.objects.get(slug=slug).services.first().get_absolute_url())).main


def rung(slug, on=date(2026, 11, 23), method=Verification.Method.RANG):
    """Record that someone checked with the organisation itself."""
    Verification.objects.create(
        phone=Phone.objects.get(slug=slug),
        verified_on=on,
        method=method,
        role="communications",
        confirmed="The hours.",
    )


def label(element):
    """The data the script works from, or None where it must say nothing."""
    marked = [e for e in element.iter("strong") if e.get("data-open")]
    if not marked:
        return None
    values = {k: json.loads(v) for k, v in marked[0].attrib.items() if k.startswith("data-")}
    for name in ("data-open", "data-unknown"):
        moments = list(accumulate(values[name]))
        values[name] = list(zip(moments[::2], moments[1::2], strict=True))
    return values


def test_hours_are_shown_as_text(client, clock):
    words = text(card(client, "h-mash-children"))
    assert "Monday to Friday: 9am to 5pm. Closed on bank holidays." in words
    words = text(card(client, "h-edt"))
    assert "Monday to Thursday: 5pm to 9am the next day. Friday 5pm to Monday 9am." in words
    words = text(card(client, "h-stalking"))
    assert "Monday to Tuesday: 9:30am to 4pm. Wednesday: 1pm to 4pm." in words
    assert "Closed on bank holidays." in words
    assert "We do not know about bank holidays." in own_page(client, "h-fmu")
    assert "bank holidays" not in text(card(client, "h-fmu"))
    assert "Day and night." in text(card(client, "h-rcew247"))
    assert label(card(client, "h-rcew247")) is None
    assert label(card(client, "h-999")) is None


def test_the_server_never_says_open_now(client, clock):
    for path in ("/contacts/", "/services/", "/help-now/"):
        assert "Open now" not in Page(client.get(path)).text


def test_hidden_hours_are_not_loaded_and_count_as_unknown(client, clock):
    with (settings.BASE_DIR / "fixtures" / "source" / "helplines.csv").open(newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    for phone in Phone.objects.all():
        row = rows[phone.slug]
        is_hidden = "hidden" in row["publish"] or row["hours_mon"] == "unknown"
        assert phone.schedules.exists() != is_hidden, phone.slug
        assert phone.hours_are_disputed == (not is_hidden and row["show_open_now"] != "yes")
    for slug in ("h-spoc", "h-galop", "h-nspcc"):
        assert "Opening hours not confirmed." in own_page(client, slug)
        assert "hours" not in text(card(client, slug))
        assert label(card(client, slug)) is None


def test_a_withdrawn_number_is_shown_beside_no_other(client, clock):
    support = Phone.objects.get(slug="h-rcew247")
    assert support.display in Page(client.get("/contacts/")).text
    Phone.objects.filter(pk=support.pk).update(is_published=False)
    for path in ("/contacts/", "/services/", "/services/duty-team/", "/start/a3/", "/near/lye/"):
        assert support.display not in Page(client.get(path)).main, path


def test_the_hours_of_all_lines_but_999_101_and_111_lapse():
    phone = Phone.objects.get(slug="h-galop")
    phone.never_lapses = True
    with pytest.raises(ValidationError, match="only for 999, 101 and 111"):
        phone.full_clean()


@pytest.mark.parametrize("day", [2, 24, 29])
def test_the_script_gets_eight_weeks_from_the_beginning_of_these_four(client, clock, day):
    clock(2026, 11, day)
    rung("h-mash-children", on=date(2026, 11, 1))
    attributes = label(card(client, "h-mash-children"))
    opens = [datetime.fromtimestamp(start * 60, UTC) for start, _ in attributes["data-open"]]
    assert opens[0] == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert len(opens) == 39  # Forty weekdays; Christmas Day is a Friday.
    assert attributes["data-built"] == int(datetime(2026, 11, day, tzinfo=UTC).timestamp() // 60)
    assert attributes["data-ends"] == int(datetime(2026, 12, 28, tzinfo=UTC).timestamp() // 60)


def test_disputed_hours_have_no_label(client, clock):
    rung("h-karma")
    assert label(card(client, "h-karma")) is not None
    Phone.objects.filter(slug="h-karma").update(hours_are_disputed=True)
    assert label(card(client, "h-karma")) is None
    assert "Monday to Friday: 9am to 5pm" in text(card(client, "h-karma"))


def test_hours_lapse_after_ninety_days_and_no_label_outlives_them(client, clock):
    rung("h-karma")
    clock(2027, 2, 10)
    ends = label(card(client, "h-karma"))["data-ends"]
    assert ends == int(datetime(2027, 2, 21, tzinfo=UTC).timestamp() // 60)
    clock(2027, 2, 21)
    assert label(card(client, "h-karma")) is None
    assert "These hours may have changed." in text(card(client, "h-karma"))
    assert "may have changed" not in text(card(client, "h-999"))


def test_only_hours_confirmed_by_ringing_or_asking_get_a_label(client, clock):
    """Published hours may be old, so the server leaves it open whether anybody answers now."""
    for phone in Phone.objects.for_listing():
        shown = card(client, phone.slug)
        assert label(shown) is None, phone.slug
    rung("h-karma", method=Verification.Method.PUBLISHED_SOURCES)
    assert label(card(client, "h-karma")) is None
    rung("h-karma", method=Verification.Method.TOLD)
    assert label(card(client, "h-karma")) is not None


def test_reading_a_website_later_does_not_make_old_answers_new(client, clock):
    clock(2027, 3, 1)
    rung("h-karma")
    rung("h-karma", on=date(2027, 2, 28), method=Verification.Method.PUBLISHED_SOURCES)
    shown = card(client, "h-karma")
    assert label(shown) is None
    assert "These hours may have changed." in text(shown)


def test_a_round_the_clock_line_with_a_closed_day_ahead_does_not_say_day_and_night(client, clock):
    rung("h-rcew247")
    day = date(2026, 12, 25)
    phone = Phone.objects.get(slug="h-rcew247")
    ScheduleException.objects.create(phone=phone, position=1, first_day=day, last_day=day)
    shown = card(client, "h-rcew247")
    assert "Day and night" not in text(shown)
    assert "Monday to Sunday: all day and night." in text(shown)
    assert "25 December: Closed." in text(shown)
    assert label(shown) is not None


def test_a_new_verification_brings_the_label_back(client, clock):
    clock(2027, 3, 1)
    karma = Phone.objects.get(slug="h-karma")
    rung("h-karma", on=date(2027, 2, 28))
    assert label(card(client, "h-karma")) is not None
    page = Page(client.get(karma.services.get().get_absolute_url()))
    assert "Rung on 28 February 2027" in page.main


def test_a_number_nobody_has_rung_is_never_called_checked(client, clock):
    for phone in Phone.objects.published():
        service = phone.services.get()
        words = Page(client.get(service.get_absolute_url())).main
        day = f"{service.verification.verified_on:%-d %B %Y}"
        assert words.count(f"What this page says is from their website, {day}") == 1
        assert "Last checked" not in words
        assert "Rung" not in words


def test_only_the_hours_that_apply_today_are_shown_as_text(client, clock):
    Schedule.objects.filter(phone__slug="h-mash-children").update(valid_to=date(2026, 11, 24))
    assert "Monday to Friday: 9am to 5pm." in text(card(client, "h-mash-children"))
    clock(2026, 11, 25)
    assert "9am to 5pm" not in text(card(client, "h-mash-children"))
    assert "Opening hours not confirmed." in own_page(client, "h-mash-children")


def test_an_exception_reaches_the_script(client, clock):
    rung("h-mash-children")
    mash = Phone.objects.get(slug="h-mash-children")
    day = date(2026, 11, 25)
    ScheduleException.objects.create(phone=mash, first_day=day, last_day=day)
    starts = [start for start, _ in label(card(client, "h-mash-children"))["data-open"]]
    assert int(datetime(2026, 11, 25, 9, tzinfo=UTC).timestamp() // 60) not in starts
    assert int(datetime(2026, 11, 26, 9, tzinfo=UTC).timestamp() // 60) in starts


def test_children_always_reach_somebody(client, clock):
    clock(2026, 12, 24)
    rung("h-mash-children")
    rung("h-edt")
    both = [label(card(client, slug))["data-open"] for slug in ("h-mash-children", "h-edt")]
    now = label(card(client, "h-edt"))
    reached = now["data-built"]
    for start, end in sorted(both[0] + both[1]):
        if start <= reached:
            reached = max(reached, end)
    assert reached == now["data-ends"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"opens_at": time(17), "closes_at": time(9)}, "closes_at"),
        ({"is_overnight": True}, "is_overnight"),
        ({"byday": "MONDAY"}, "byday"),
        ({"byday": "1SA"}, "byday"),
        ({"freq": "MONTHLY"}, "byday"),
        ({"byday": "6SA", "freq": "MONTHLY"}, "byday"),
        ({"byday": "MO,1SA"}, "byday"),
        ({"byday": "MO,1SA", "freq": "MONTHLY"}, "byday"),
        ({"interval": 2}, "dtstart"),
        ({"interval": 0}, "interval"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}, "valid_to"),
    ],
)
def test_impossible_hours_are_refused_at_their_field(changes, field):
    schedule = Schedule.objects.get(phone__slug="h-mash-children")
    for name, value in changes.items():
        setattr(schedule, name, value)
    with pytest.raises(ValidationError) as refused:
        schedule.full_clean()
    assert field in refused.value.message_dict


def test_hours_can_run_overnight_or_to_the_end_of_the_day():
    schedule = Schedule.objects.get(phone__slug="h-mash-children")
    schedule.opens_at, schedule.closes_at = time(17), time(0)
    schedule.full_clean()
    schedule.closes_at, schedule.is_overnight = time(9), True
    schedule.full_clean()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"last_day": date(2026, 12, 1)}, "last_day"),
        ({"opens_at": time(9)}, "closes_at"),
        ({"opens_at": time(17), "closes_at": time(9)}, "closes_at"),
        ({"opens_at": time(9), "closes_at": time(17), "is_overnight": True}, "is_overnight"),
    ],
)
def test_impossible_exceptions_are_refused_at_their_field(changes, field):
    exception = ScheduleException(
        phone=Phone.objects.get(slug="h-edt"),
        first_day=date(2026, 12, 24),
        last_day=date(2026, 12, 26),
    )
    exception.full_clean()
    for name, value in changes.items():
        setattr(exception, name, value)
    with pytest.raises(ValidationError) as refused:
        exception.full_clean()
    assert field in refused.value.message_dict


def test_a_verification_cannot_be_in_the_future():
    verification = Verification.objects.first()
    verification.verified_on = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError, match="in the future"):
        verification.full_clean()


def test_an_officer_adds_sessions_and_verifications_without_numbering_them(admin):
    phone = Phone.objects.get(slug="h-mash-children")
    session = {"byday": "SA", "opens_at": "10:00", "closes_at": "12:00", "freq": "WEEKLY"}
    verification = {"verified_on": "2026-11-24", "method": "rang", "role": "A", "confirmed": "B"}
    sent = {f"schedules-1-{name}": value for name, value in (session | {"interval": 1}).items()}
    sent |= {f"verifications-1-{name}": value for name, value in verification.items()}
    totals = {"schedules-TOTAL_FORMS": 2, "verifications-TOTAL_FORMS": 2}
    assert errors(save(admin, phone, **sent, **totals)) == []
    for rows in (phone.schedules, phone.verifications):
        assert sorted(row.position for row in rows.all()) == [1, 2]


def test_the_admin_refuses_impossible_hours_and_keeps_what_was_typed(admin):
    phone = Phone.objects.get(slug="h-mash-children")
    changes = {"schedules-0-opens_at": "17:00", "schedules-0-closes_at": "09:00"}
    page = save(admin, phone, **changes)
    assert any("It closes before it opens" in error for error in errors(page))
    typed = {e.get("name"): e.get("value") for e in page.root.iter("input")}
    assert {name: typed[name] for name in changes} == changes
    assert phone.schedules.get().opens_at == time(9)


def test_sessions_that_are_not_weekly_are_shown_as_text(client, clock):
    phone = Phone.objects.get(slug="h-galop")
    times = {"opens_at": time(10), "closes_at": time(12)}
    Schedule.objects.create(phone=phone, position=1, freq="MONTHLY", byday="1SA", **times)
    Schedule.objects.create(phone=phone, position=2, freq="MONTHLY", byday="-1FR", **times)
    Schedule.objects.create(
        phone=phone, position=3, byday="TU", interval=2, dtstart=date(2026, 11, 24), **times
    )
    words = text(card(client, "h-galop"))
    assert "Saturday number 1 of the month: 10am to noon." in words.replace("12pm", "noon")
    assert "Last Friday of the month: 10am to" in words
    assert "Tuesday, every 2 weeks: 10am to" in words
    assert "Opening hours not confirmed" not in words


def test_days_with_other_hours_are_announced_and_then_forgotten(client, clock):
    phone = Phone.objects.get(slug="h-mash-children")
    holiday = {"first_day": date(2026, 12, 24), "last_day": date(2027, 1, 3)}
    ScheduleException.objects.create(phone=phone, position=1, **holiday)
    early = {"opens_at": time(9), "closes_at": time(13)}
    day = date(2026, 12, 23)
    ScheduleException.objects.create(phone=phone, position=2, first_day=day, last_day=day, **early)
    words = text(card(client, "h-mash-children"))
    assert "24 December – 3 January: Closed." in words
    assert "23 December: 9am to 1pm." in words
    clock(2026, 9, 1)
    assert "December" not in text(card(client, "h-mash-children"))
    clock(2027, 1, 4)
    assert "January: Closed" not in text(card(client, "h-mash-children"))


def words_of(*sessions):
    """How a page words these hours: the groups of days, and the spans."""
    rules = [
        Rule(time(opens), time(closes), tuple(days.split(","))) for days, opens, closes in sessions
    ]
    return week_of(rules)


def test_hours_across_midnight_are_one_session():
    groups, spans = words_of(("MO,TU,WE,TH,FR", 0, 9), ("MO,TU,WE,TH,FR", 17, 0), ("SA,SU", 0, 0))
    assert groups == [(0, 3, ((time(17), time(9)),))]
    assert spans == [(4, time(17), 0, time(9))]


def test_whole_days_are_written_as_such_and_not_as_a_span():
    groups, spans = words_of(("MO,TU,WE,TH,FR", 9, 17), ("SA,SU", 0, 0))
    assert groups == [(0, 4, ((time(9), time(17)),)), (5, 6, ((time(0), time(0)),))]
    assert spans == []


@pytest.mark.parametrize(
    ("sessions", "groups", "spans"),
    [
        # Sunday night runs into the next week.
        ([("SU", 22, 6)], [(6, 6, ((time(22), time(6)),))], []),
        ([("SU", 22, 0), ("MO", 0, 6)], [(6, 6, ((time(22), time(6)),))], []),
        # Until the end of a day, not the start of the next.
        ([("FR", 17, 0), ("SA", 0, 0)], [], [(4, time(17), 5, time(0))]),
        ([("SA", 0, 0), ("SU", 0, 9)], [], [(5, time(0), 6, time(9))]),
        # Sessions that touch or overlap are one; with a gap between them they are two.
        ([("WE", 9, 12), ("WE", 12, 15)], [(2, 2, ((time(9), time(15)),))], []),
        ([("WE", 9, 13), ("WE", 12, 15)], [(2, 2, ((time(9), time(15)),))], []),
        (
            [("WE", 9, 12), ("WE", 13, 15)],
            [(2, 2, ((time(9), time(12)), (time(13), time(15))))],
            [],
        ),
        # A whole week, however it is written.
        ([("MO,TU,WE,TH,FR,SA,SU", 0, 0)], [(0, 6, ((time(0), time(0)),))], []),
        (
            [("MO,TU,WE,TH,FR,SA,SU", 9, 17), ("MO,TU,WE,TH,FR,SA,SU", 17, 9)],
            [(0, 6, ((time(0), time(0)),))],
            [],
        ),
        ([("MO,TU,WE,TH,FR,SA,SU", 9, 9)], [(0, 6, ((time(0), time(0)),))], []),
    ],
)
def test_a_week_is_described_in_as_few_words_as_possible(sessions, groups, spans):
    assert words_of(*sessions) == (groups, spans)


def test_in_right_to_left_text_each_part_of_the_hours_keeps_to_itself(client, clock):
    for language in ("ur", "ar"):
        page = Page(client.get(f"/{language}/contacts/"))
        ranges = 0
        for hours in page.all("p", class_="hours"):
            loose = "".join([hours.text or "", *(part.tail or "" for part in hours.iter())])
            assert not re.search(r"\d", "".join(c for c in loose)), text(hours)
            ranges += len(list(hours.iter("bdi")))
        assert ranges > 10


def test_a_day_has_the_same_name_all_over_a_page(client, clock):
    rung("h-mash-children")
    for language in codes():
        page = Page(client.get(f"/{language}/contacts/"))
        (words,) = [e for e in page.all("template") if e.get("data-days")]
        with translation.override(language):
            assert words.get("data-days").split("|") == [*days.weekdays()]
            assert words.get("data-months").split("|") == [*days.months()]
            monday = days.weekdays()[0]
        # It may begin a sentence, with a capital.
        assert any(monday.lower() in text(p).lower() for p in page.all("p", class_="hours"))


# Closed for now


@pytest.fixture
def moving():
    """A service, in the guides and on the contact page, that is closed while it moves."""
    trust = Service.objects.get(line="h-survivorstrust")
    trust.is_closed_for_now, trust.notice_en = True, "Closed while they move."
    trust.save()
    return trust


def test_a_line_that_is_closed_for_now_says_so_wherever_its_number_appears(client, moving):
    number = "tel:08088010818"
    named, remembered = 0, memory.Memory()
    for path in public_pages():
        with memory.using(remembered):
            page = Page(client.get(path))
        assert number not in {url for url, _shown in page.lines}, path
        if moving.name in page.main and path not in ("/contacts/",):
            named += 1
        if "(closed for now)" in page.main:
            link = next(a for a in page.all("a") if a.get("href") == moving.get_absolute_url())
            assert link is not None
    assert named
    cards = [c for c in Page(client.get("/contacts/")).cards if moving.name in text(c)]
    assert "Closed while they move." in text(cards[0])
    assert "closed for now" in Page(client.get("/guides/a-child/")).main


def test_a_notice_that_is_over_hides_no_number(client, moving):
    Service.objects.filter(pk=moving.pk).update(notice_until=date(2020, 1, 1))
    assert "tel:08088010818" in {url for url, _ in Page(client.get("/contacts/")).lines}


def test_a_number_that_another_service_still_answers_stays_on_offer(client, moving):
    other = Service.objects.get(line="h-galop")
    other.phones.add(Phone.objects.get(slug="h-survivorstrust"))
    shown = next(c for c in Page(client.get("/contacts/")).cards if moving.name in text(c))
    assert "Closed while they move." in text(shown)
    assert "tel:08088010818" in {a.get("href") for a in shown.iter("a")}


def test_a_line_that_is_closed_for_now_is_nobodys_fallback(client):
    victim_support = Service.objects.get(line="h-victimsupport")
    victim_support.is_closed_for_now, victim_support.notice_en = True, "Closed today."
    victim_support.save()
    assert Phone.objects.get(slug="h-galop").instead is None
    page = Page(client.get(Service.objects.get(line="h-galop").get_absolute_url()))
    assert page.all("p", class_="instead") == []


def test_the_number_on_every_page_stays_and_says_that_it_is_closed_for_now(client):
    spoc = Service.objects.get(line="h-spoc")
    # Its own notice may name it.
    spoc.is_closed_for_now, spoc.notice_en = True, "No calls on {h-spoc} this week."
    spoc.save()
    for path in ("/", "/help-now/", "/guides/consent/", "/contacts/"):
        page = Page(client.get(path))
        assert page.lines[1][0] == "tel:01384455411", path
        assert "No calls on 01384 455411" in page.text, path


def test_two_notices_that_name_each_other_do_not_loop(client, moving):
    galop = Service.objects.get(line="h-galop")
    galop.is_closed_for_now, galop.notice_en = True, "Closed. Try {h-survivorstrust}."
    galop.save()
    Service.objects.filter(pk=moving.pk).update(notice_en="Closed. Try {h-galop}.")
    assert "closed for now" in Page(client.get(galop.get_absolute_url())).main


# On paper


def test_pages_with_hours_print_the_date(client, clock):
    for path in ("/contacts/", "/services/", "/services/duty-team/", "/help-now/", "/start/a1/"):
        page = Page(client.get(path))
        (line,) = page.all("p", class_="on-paper")
        assert text(line).startswith("From 24 November 2026."), path
