"""Opening hours as officers write them and readers meet them."""

import csv
import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.models import Phone, Schedule, ScheduleException, Verification

from .reader import Page, text
from .test_admin import errors, save

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
    """The card of one number on the contact page."""
    display = Phone.objects.get(slug=slug).display
    page = Page(client.get("/contacts/"))
    cards = [c for c in page.all("article", class_="card") if f" {display} " in f"{text(c)} "]
    return next(c for c in cards if text(next(c.iter("bdi"))) == display)


def label(element):
    """What the script gets to work with, or None where it may say nothing."""
    found = [e for e in element.iter("strong") if e.get("data-open")]
    return (
        {k: json.loads(v) for k, v in found[0].attrib.items() if k.startswith("data-")}
        if found
        else None
    )


def test_hours_stand_as_text(client, clock):
    words = text(card(client, "h-mash-children"))
    assert "Monday to Friday: 9am to 5pm. Closed on bank holidays." in words
    words = text(card(client, "h-edt"))
    assert "Monday to Friday: midnight to 9am, 5pm to midnight." in words
    assert "Saturday to Sunday: all day and night." in words
    words = text(card(client, "h-stalking"))
    assert "Monday to Tuesday: 9:30am to 4pm. Wednesday: 1pm to 4pm." in words
    assert "We do not know about bank holidays." in words
    assert "Open 24 hours." in text(card(client, "h-rcew247"))


def test_the_server_never_says_open_now(client, clock):
    for path in ("/contacts/", "/services/", "/help-now/"):
        assert "Open now" not in Page(client.get(path)).text


def test_hidden_hours_are_not_loaded_and_not_known(client, clock):
    with (settings.BASE_DIR / "fixtures" / "source" / "helplines.csv").open(newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    for phone in Phone.objects.all():
        row = rows[phone.slug]
        is_hidden = "hidden" in row["publish"] or row["hours_mon"] == "unknown"
        assert phone.schedules.exists() != is_hidden, phone.slug
        assert phone.hours_are_disputed == (not is_hidden and row["show_open_now"] != "yes")
    for slug in ("h-spoc", "h-galop", "h-nspcc"):
        assert "Opening hours not confirmed." in text(card(client, slug))
        assert label(card(client, slug)) is None


def test_beside_a_line_that_may_be_closed_stands_one_that_answers(client, clock):
    for phone in Phone.objects.for_listing():
        if not phone.opening.is_round_the_clock:
            assert phone.fallback.opening.is_round_the_clock
            numbers = [text(b) for b in card(client, phone.slug).iter("bdi")]
            assert phone.fallback.display in numbers, phone.slug
        else:
            assert phone.fallback is None


def test_the_script_gets_four_weeks_from_today(client, clock):
    found = label(card(client, "h-mash-children"))
    opens = [datetime.fromtimestamp(start * 60, UTC) for start, _ in found["data-open"]]
    assert opens[0] == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert len(opens) == 20
    assert found["data-built"] == int(datetime(2026, 11, 24, tzinfo=UTC).timestamp() // 60)
    assert found["data-ends"] == int(datetime(2026, 12, 22, tzinfo=UTC).timestamp() // 60)


def test_disputed_hours_have_no_label(client, clock):
    Phone.objects.filter(slug="h-karma").update(hours_are_disputed=True)
    assert label(card(client, "h-karma")) is None
    assert "Monday to Friday: 9am to 5pm" in text(card(client, "h-karma"))


def test_hours_lapse_after_ninety_days_and_no_label_outlives_them(client, clock):
    clock(2027, 2, 10)
    ends = label(card(client, "h-karma"))["data-ends"]
    assert ends == int(datetime(2027, 2, 21, tzinfo=UTC).timestamp() // 60)
    clock(2027, 2, 21)
    assert label(card(client, "h-karma")) is None
    assert "These hours may have changed." in text(card(client, "h-karma"))
    assert label(card(client, "h-999")) is not None
    assert "may have changed" not in text(card(client, "h-999"))


def test_a_new_verification_brings_the_label_back(client, clock):
    clock(2027, 3, 1)
    karma = Phone.objects.get(slug="h-karma")
    Verification.objects.create(
        phone=karma,
        position=2,
        verified_on=date(2027, 2, 28),
        method=Verification.Method.RANG,
        role="communications",
        confirmed="Hours",
    )
    assert label(card(client, "h-karma")) is not None
    page = Page(client.get(karma.services.get().get_absolute_url()))
    assert "Last checked on 28 February 2027 by communications" in page.main


def test_what_nobody_has_rung_is_never_called_checked(client, clock):
    for phone in Phone.objects.published():
        page = Page(client.get(phone.services.get().get_absolute_url()))
        assert "From published sources, not yet rung (23 November 2026)" in page.main
        assert "Last checked" not in page.main


def test_an_exception_reaches_the_script(client, clock):
    mash = Phone.objects.get(slug="h-mash-children")
    day = date(2026, 11, 25)
    ScheduleException.objects.create(phone=mash, first_day=day, last_day=day)
    starts = [start for start, _ in label(card(client, "h-mash-children"))["data-open"]]
    assert int(datetime(2026, 11, 25, 9, tzinfo=UTC).timestamp() // 60) not in starts
    assert len(starts) == 19


def test_children_always_reach_somebody(client, clock):
    clock(2026, 12, 24)
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


def test_a_night_and_the_end_of_the_day_are_possible():
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


def test_nobody_verifies_in_the_future():
    verification = Verification.objects.first()
    verification.verified_on = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError, match="still to come"):
        verification.full_clean()


def test_the_admin_refuses_impossible_hours_and_keeps_what_was_typed(admin):
    phone = Phone.objects.get(slug="h-mash-children")
    changes = {"schedules-0-opens_at": "17:00", "schedules-0-closes_at": "09:00"}
    page = save(admin, phone, **changes)
    assert any("It closes before it opens" in error for error in errors(page))
    kept = {e.get("name"): e.get("value") for e in page.root.iter("input")}
    assert {name: kept[name] for name in changes} == changes
    assert phone.schedules.get().opens_at == time(9)
