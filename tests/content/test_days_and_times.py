"""Days and times as people in Britain write them: in every box, in every list, in the calendar."""

from datetime import date, time
from types import SimpleNamespace

import pytest
from django.contrib import admin as django_admin
from django.core.exceptions import ValidationError
from django.forms import DateField, DateTimeField, SplitDateTimeField, TimeField

from contacts.models import Organization, Phone, ScheduleException
from helphub.content.forms import DayField, TimeOfDayField
from services.models import Service
from strategy.models import Guide
from tests.support.admin_forms import change_url, errors, save
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db

THIRD = date(2026, 12, 3)
DAYS = {
    "3/12/2026": THIRD,
    "03/12/2026": THIRD,
    "03.12.2026": THIRD,
    "03.12.26": THIRD,
    "3-12-2026": THIRD,
    "3/12/26": THIRD,
    " 3  December 2026 ": THIRD,
    "3 december 2026": THIRD,
    "3rd December, 2026": THIRD,
    "3 Dec 2026": THIRD,
    "3-Dec-2026": THIRD,
    "03 December 26": THIRD,
    "2026-12-03": THIRD,
    "３/１２/２０２６": THIRD,
    "3\u00a0December\u00a02026": THIRD,
    "25/12/2026": date(2026, 12, 25),
    "1 Sept 2027": date(2027, 9, 1),
    "22nd May 2027": date(2027, 5, 22),
    "29/02/2028": date(2028, 2, 29),
}
NO_DAYS = ["12/25/2026", "December 3 2026", "31/11/2026", "29/02/2027", "3/12", "soon", "3//2026"]
TIMES = {
    "09:00": time(9),
    "9:05": time(9, 5),
    "09:00:00": time(9),
    "9.30": time(9, 30),
    "17.30": time(17, 30),
    "0930": time(9, 30),
    "9am": time(9),
    "9 AM": time(9),
    "9 a.m.": time(9),
    "5pm": time(17),
    "5.30pm": time(17, 30),
    "5:30 p.m.": time(17, 30),
    "12am": time(0),
    "12pm": time(12),
    "12.30am": time(0, 30),
    "noon": time(12),
    "12 noon": time(12),
    "Midnight": time(0),
    "12 midnight": time(0),
    "00:00": time(0),
    "24:00": time(0),
    "24.00": time(0),
}
NO_TIMES = ["9", "13pm", "0am", "24:01", "25:00", "9:60", "9.3", "nine", "9-5", "9am to 5pm"]


@pytest.mark.parametrize("typed", DAYS)
def test_a_date_is_read_day_first(typed):
    assert DayField().clean(typed) == DAYS[typed]


@pytest.mark.parametrize("typed", NO_DAYS)
def test_a_refused_date_says_what_to_write(typed):
    with pytest.raises(ValidationError, match="day first, such as 3 December 2026, 3/12/2026"):
        DayField().clean(typed)


@pytest.mark.parametrize("typed", ["3/12/0026", "3 December 1026", "0206-12-03"])
def test_a_slip_in_the_year_is_refused(typed):
    with pytest.raises(ValidationError, match="Check the year"):
        DayField().clean(typed)


@pytest.mark.parametrize("typed", TIMES)
def test_a_time_is_read_as_people_say_it(typed):
    assert TimeOfDayField().clean(typed) == TIMES[typed]


@pytest.mark.parametrize("typed", NO_TIMES)
def test_a_refused_time_says_what_to_write(typed):
    with pytest.raises(ValidationError, match="Write the time as 09:00"):
        TimeOfDayField().clean(typed)


def boxes_of(officer):
    """Every box of every form of the admin, including the rows in it."""
    request = SimpleNamespace(user=officer, GET={}, POST={}, method="GET")
    for model, model_admin in django_admin.site._registry.items():
        if not (
            model_admin.has_add_permission(request) or model_admin.has_change_permission(request)
        ):
            continue
        forms = [model_admin.get_form(request, None)]
        forms += [
            part.get_formset(request).form for part in model_admin.get_inline_instances(request)
        ]
        for form in forms:
            for name, field in form.base_fields.items():
                yield f"{model.__name__}.{name}", field


def test_every_date_and_time_box_of_the_admin_reads_them_this_way(officer):
    seen = 0
    for name, field in boxes_of(officer):
        assert not isinstance(field, DateTimeField | SplitDateTimeField), name
        assert not isinstance(field, DateField) or isinstance(field, DayField), name
        assert not isinstance(field, TimeField) or isinstance(field, TimeOfDayField), name
        seen += isinstance(field, DateField | TimeField)
    assert seen > 40


def exceptions(first, last, **times):
    typed = {"exceptions-TOTAL_FORMS": "1"}
    for name, value in {"first_day": first, "last_day": last, **times}.items():
        typed[f"exceptions-0-{name}"] = value
    return typed


def test_a_number_is_closed_on_the_days_that_were_typed_and_the_form_shows_them(admin):
    phone = Phone.objects.get(slug="h-galop")
    assert errors(save(admin, phone, **exceptions("03/12/2027", "25/12/2027"))) == []
    exception = ScheduleException.objects.get(phone=phone)
    assert (exception.first_day, exception.last_day) == (date(2027, 12, 3), date(2027, 12, 25))
    values = form_values(Page(admin.get(change_url(phone))))
    assert values["exceptions-0-first_day"] == "3 December 2027"
    assert values["exceptions-0-last_day"] == "25 December 2027"
    # Saved again untouched, it stays the same.
    assert errors(save(admin, phone)) == []
    exception.refresh_from_db()
    assert (exception.first_day, exception.last_day) == (date(2027, 12, 3), date(2027, 12, 25))


def test_an_impossible_date_is_refused_and_stays_as_typed(admin):
    page = save(admin, Guide.objects.get(slug="consent"), reviewed_on="12/25/2026")
    assert any("Write the day first" in error for error in errors(page))
    assert form_values(page)["reviewed_on"] == "12/25/2026"


def test_hours_are_typed_as_people_say_them(admin):
    phone = Phone.objects.get(slug="h-galop")
    typed = exceptions("3/12/2027", "3/12/2027", opens_at="9.30am", closes_at="24:00")
    assert errors(save(admin, phone, **typed)) == []
    exception = ScheduleException.objects.get(phone=phone)
    assert (exception.opens_at, exception.closes_at) == (time(9, 30), time(0))
    values = form_values(Page(admin.get(change_url(phone))))
    assert values["exceptions-0-opens_at"] == "09:30"
    assert values["exceptions-0-closes_at"] == "00:00"


def test_nothing_opens_at_the_end_of_the_day(admin):
    typed = exceptions("3/12/2027", "3/12/2027", opens_at="24:00", closes_at="02:00")
    page = save(admin, Phone.objects.get(slug="h-galop"), **typed)
    assert any("A day begins at 00:00" in error for error in errors(page))


def test_lists_forms_and_the_calendar_write_dates_the_british_way(admin):
    Guide.objects.filter(slug="consent").update(reviewed_on=date(2026, 11, 24))
    listing = Page(admin.get("/admin/strategy/guide/"))
    assert "24 November 2026" in listing.main
    assert "Nov." not in listing.main
    assert (
        form_values(Page(admin.get(change_url(Guide.objects.get(slug="consent")))))["reviewed_on"]
        == "24 November 2026"
    )
    # A verification is read-only, and its day is in words there too.
    phone = Phone.objects.get(slug="h-galop")
    page = Page(admin.get(change_url(phone)))
    days = [text(element) for element in page.all("div", class_="readonly")]
    assert "23 November 2026" in days
    catalogue = admin.get("/admin/jsi18n/").content.decode()
    assert '"FIRST_DAY_OF_WEEK": 1' in catalogue
    assert "%d %B %Y" in catalogue


def test_other_languages_are_read_day_first_too(admin):
    """The admin is in English, whatever the browser asks for."""
    guide = Guide.objects.get(slug="consent")
    values = form_values(Page(admin.get(change_url(guide)))) | {"reviewed_on": "03/12/2026"}
    admin.post(change_url(guide), values, headers={"accept-language": "pl, ur;q=0.9, en-US;q=0.8"})
    guide.refresh_from_db()
    assert guide.reviewed_on == THIRD


# Past and future days


def test_a_notice_whose_last_day_has_passed_is_refused(admin):
    service = Service.objects.get(slug="day-and-night-line")
    closed = {"is_closed_for_now": ["on"], "notice_en": "Closed while they move."}
    page = save(admin, service, notice_until="3/12/2020", **closed)
    assert any("readers would see no notice" in error for error in errors(page))
    assert form_values(page)["notice_until"] == "3/12/2020"
    assert errors(save(admin, service, notice_until="3/12/2090", **closed)) == []
    # Once it has passed, officers can still change other fields and end the notice.
    Service.objects.filter(pk=service.pk).update(notice_until=date(2020, 12, 3))
    assert errors(save(admin, service, cost_en="It is free.")) == []
    assert errors(save(admin, service, is_closed_for_now=[])) == []


def test_a_notices_last_day_needs_a_notice(admin):
    page = save(admin, Service.objects.get(slug="day-and-night-line"), notice_until="3/12/2090")
    assert any("Write the notice, or clear" in error for error in errors(page))


@pytest.mark.parametrize(("model", "slug"), [(Guide, "consent"), (Organization, "nhs")])
def test_a_last_day_that_has_passed_is_refused(admin, model, slug):
    row = model.objects.get(slug=slug)
    page = save(admin, row, ends_on="3/12/2020")
    assert any("This date has passed" in error for error in errors(page))
    row.refresh_from_db()
    assert row.ends_on is None


@pytest.mark.parametrize(
    ("part", "typed"),
    [
        ("exceptions", {"first_day": "1/12/2020", "last_day": "3/12/2020"}),
        (
            "schedules",
            {"byday": "MO", "opens_at": "9am", "closes_at": "5pm", "valid_to": "3/12/2020"},
        ),
    ],
)
def test_hours_for_past_days_are_refused(admin, part, typed):
    phone = Phone.objects.get(slug="h-galop")
    values = form_values(Page(admin.get(change_url(phone))))
    place = int(values[f"{part}-TOTAL_FORMS"])
    empty = {
        name.replace("__prefix__", str(place)): value
        for name, value in values.items()
        if name.startswith(f"{part}-__prefix__-")
    }
    new = {f"{part}-{place}-{name}": value for name, value in typed.items()}
    page = save(admin, phone, **{f"{part}-TOTAL_FORMS": str(place + 1)}, **(empty | new))
    assert any("passed" in error for error in errors(page)), errors(page)


def yes_of(page):
    """The box that an officer ticks to confirm."""
    (box,) = [field for field in page.all("input") if field.get("name") == "_yes"]
    return box.get("value")


def test_an_officer_confirms_a_future_first_day_before_readers_lose_the_page(admin):
    guide = Guide.objects.get(slug="consent")
    page = save(admin, guide, starts_on="10/12/2090", summary_en="Typed just now.")
    (question,) = [error for error in errors(page) if "Readers can see this now" in error]
    assert "until 10 December 2090" in question
    confirmation = yes_of(page)
    assert form_values(page)["summary_en"] == "Typed just now."
    guide.refresh_from_db()
    assert guide.starts_on is None
    # Confirming another day does not confirm this one.
    values = form_values(page) | {"starts_on": "11/12/2090", "_yes": confirmation}
    page = Page(admin.post(change_url(guide), values, follow=True))
    assert any("until 11 December 2090" in error for error in errors(page))
    values = form_values(page) | {"_yes": yes_of(page)}
    page = Page(admin.post(change_url(guide), values, follow=True))
    assert errors(page) == []
    guide.refresh_from_db()
    assert guide.starts_on == date(2090, 12, 11)
    assert guide.summary_en == "Typed just now."
    # Readers cannot lose what they do not have, so the form does not ask.
    assert errors(save(admin, guide, starts_on="12/12/2090")) == []
