"""The boxes for opening hours: days are ticked, times are read as people type them."""

from datetime import time

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from contacts.hours_fields import (
    ClosingTimeField,
    DaysField,
    OpeningTimeField,
    stored_as,
    ticks_of,
)
from contacts.models import Phone
from tests.support import factories
from tests.support.admin_forms import change_url, errors, save
from tests.support.reader import Page, form_values, text


@pytest.mark.parametrize(
    ("typed", "opens"),
    [("9am", 9), ("9", 9), ("09", 9), ("11", 11), ("17", 17), ("5pm", 17), ("midnight", 0)],
)
def test_an_opening_time_may_be_an_hour_alone(typed, opens):
    assert OpeningTimeField().clean(typed) == time(opens)


def test_a_closing_time_may_have_a_dot_or_be_on_the_clock_of_24_hours():
    field = ClosingTimeField()
    assert [field.clean(typed) for typed in ("17.30", "5pm", "17", "24:00")] == [
        time(17, 30),
        time(17),
        time(17),
        time(0),
    ]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        (ClosingTimeField, "5", "“5” could be two times of day. Write 5am or 5pm."),
        (ClosingTimeField, "9", "Write 9am or 9pm."),
        (OpeningTimeField, "6", "Write 6am or 6pm."),
        (OpeningTimeField, "12", "Write noon or midnight."),
        (ClosingTimeField, "24", "Write midnight."),
        (OpeningTimeField, "half nine", "Write the time as 09:00, 9.30, 9am"),
        (OpeningTimeField, "25", "Write the time as"),
    ],
)
def test_a_time_that_could_be_two_is_refused_with_what_to_write(field, typed, words):
    with pytest.raises(ValidationError, match=words):
        field().clean(typed)


@pytest.mark.parametrize(
    ("stored", "ticks"),
    [
        ("MO,TU,WE", {"MO", "TU", "WE"}),
        ("1SA", {"1", "SA"}),
        ("1SA,1SU,-1SA,-1SU", {"1", "-1", "SA", "SU"}),
        ("5MO", {"5", "MO"}),
        ("1SA,-1FR", {"1SA", "-1FR"}),  # More than the boxes can say: kept as it is.
    ],
)
def test_ticks_say_what_is_stored_and_store_it_again(stored, ticks):
    assert ticks_of(stored) == ticks
    assert set(stored_as(sorted(ticks)).split(",")) == set(stored.split(","))
    widget = DaysField(has_weeks=True).widget
    html = widget.render("byday", stored)
    assert html.count("checked") == len(ticks)


def test_days_are_stored_in_the_order_of_the_week_however_they_are_sent():
    widget = DaysField().widget
    for sent in ("byday=FR&byday=MO", "byday=FR,MO", "byday=FR&byday=MO&byday=FR"):
        assert widget.value_from_datadict(QueryDict(sent), {}, "byday") == "MO,FR"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("", "Tick the days"),
        ("1", "Tick the day too"),
        ("MO,1SA", "add another row"),
        ("MONDAY", "Write weekly days as"),
    ],
)
def test_days_that_cannot_be_are_refused(sent, words):
    with pytest.raises(ValidationError, match=words):
        DaysField().clean(sent)


@pytest.mark.django_db
def test_an_officer_ticks_the_days_of_a_number_and_the_same_is_stored_as_before(admin):
    phone = factories.make_phone()
    factories.make_schedule(phone)
    page = Page(admin.get(change_url(phone)))
    assert form_values(page)["schedules-0-byday"] == ["MO", "TU", "WE", "TH", "FR"]
    assert page.faults == []
    changed = {"schedules-0-byday": ["SA", "-1"], "schedules-0-opens_at": "9"}
    assert errors(save(admin, phone, **changed)) == []
    session = phone.schedules.get()
    assert (session.byday, session.freq, session.opens_at) == ("-1SA", "MONTHLY", time(9))
    page = save(admin, phone, **{"schedules-0-byday": ["-1"]})
    (part,) = page.all("section", class_="to-mend")
    (link,) = part.iter("a")
    assert "Tick the day too" in text(part)
    (boxes,) = [box for box in page.root.iter() if box.get("id") == link.get("href")[1:]]
    assert len(list(boxes.iter("input"))) == 12
    assert errors(save(admin, phone, **{"schedules-0-byday": ["MO"]})) == []
    assert Phone.objects.get(pk=phone.pk).schedules.get().freq == "WEEKLY"


@pytest.mark.django_db
@pytest.mark.parametrize("make", [factories.make_phone, factories.make_service])
def test_a_long_form_begins_with_links_to_its_parts(admin, make):
    page = Page(admin.get(change_url(make())))
    (contents,) = page.all("nav", class_="parts")
    links = [link.get("href")[1:] for link in contents.iter("a")]
    headings = {heading.get("id"): text(heading) for heading in page.all("h2")}
    assert len(links) > 12
    assert [headings[link] for link in links] == [text(link) for link in contents.iter("a")]
    assert page.faults == []
