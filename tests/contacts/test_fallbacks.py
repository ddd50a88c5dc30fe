"""The line named while another is closed: it serves the same people and is open then."""

from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts import fallbacks, opening_hours
from contacts.fallbacks import Line, People
from contacts.models import Phone, ScheduleException
from contacts.opening_hours import BankHolidays, DatedException, Rule
from helphub.content import loader
from helphub.content.models import LoadedRow
from helphub.editions import edition_data, publish
from services.models import Service
from tests.support.admin_forms import errors, save
from tests.support.factories import make_phone, make_schedule
from tests.support.opening_hours import CASES, scan
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 28)
EVERY_DAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ALWAYS = (Rule(time(0), time(0), EVERY_DAY),)
EVERYBODY = People(frozenset([False]), frozenset(fallbacks.CALLERS))


def line(rules=(), policy=BankHolidays.ROUND_THE_CLOCK, exceptions=(), **values):
    of_people = {name: values.pop(name) for name in list(values) if name in People._fields}
    people = EVERYBODY._replace(**of_people)
    of_line = {"key": None, "name": "The other line", "kind": "voice", "is_emergency": False}
    of_line |= {"are_hours_disputed": False} | values
    return Line(
        people=people,
        rules=tuple(rules),
        exceptions=tuple(exceptions),
        policy=policy,
        **of_line,
    )


def why_not(closed, other):
    return fallbacks.why_not(closed, other, TODAY)


# For the same people


def test_a_line_for_everybody_that_never_closes_can_be_any_lines_fallback():
    other = line(ALWAYS)
    for closed in (
        line(),
        line(minimum_age=18),
        line(sex="women"),
        line(callers=frozenset(["self"])),
    ):
        assert why_not(closed, other) == ""
    assert why_not(line(is_one_group=True), other) == ""


@pytest.mark.parametrize(
    ("closed", "other", "words"),
    [
        ({"wings": [True]}, {}, "own behaviour"),
        ({}, {"wings": [True]}, "own behaviour"),
        # A number used by services of both wings.
        ({"wings": [True, False]}, {"wings": [True, False]}, "own behaviour"),
        ({}, {"minimum_age": 16}, "ages"),
        ({"minimum_age": 15}, {"minimum_age": 16}, "ages"),
        ({}, {"maximum_age": 18}, "ages"),
        ({"maximum_age": 18}, {"maximum_age": 17}, "ages"),
        ({"minimum_age": 18}, {"maximum_age": 18}, "ages"),
        ({"maximum_age": 17}, {"minimum_age": 16}, "ages"),
        ({}, {"sex": "women"}, "only for women or only for men"),
        ({"sex": "men"}, {"sex": "women"}, "only for women or only for men"),
        ({}, {"callers": ["self"]}, "everyone who can ring"),
        ({"callers": ["families"]}, {"callers": ["self"]}, "everyone who can ring"),
        ({"callers": ["self", "professionals"]}, {"callers": ["self"]}, "everyone who can ring"),
        # We don't know who can ring: the first may be for anyone, the second for no one.
        ({"callers": []}, {"callers": ["self", "families"]}, "everyone who can ring"),
        ({}, {"callers": []}, "does not say who can ring"),
        ({}, {"is_one_group": True}, "one group"),
        ({"is_one_group": True}, {"is_one_group": True}, "one group"),
        ({"kind": "text"}, {}, "a different way"),
        ({}, {"kind": "text"}, "a different way"),
        ({}, {"is_emergency": True}, "only for people in danger"),
        ({"key": 7}, {"key": 7}, "for itself"),
    ],
)
def test_a_fallback_for_other_people_is_refused(closed, other, words):
    for values in (closed, other):
        for name in ("wings", "callers"):
            if name in values:
                values[name] = frozenset(values[name])
    assert words in why_not(line(**closed), line(ALWAYS, **other))


@pytest.mark.parametrize(
    ("closed", "other"),
    [
        ({"minimum_age": 18}, {"minimum_age": 16}),
        ({"maximum_age": 17}, {"maximum_age": 18}),
        ({"minimum_age": 16}, {"minimum_age": 16}),
        ({"sex": "women"}, {"sex": "women"}),
        ({"callers": frozenset(["self"])}, {"callers": frozenset(["self", "families"])}),
        ({"wings": frozenset([True])}, {"wings": frozenset([True])}),
        ({"kind": "text"}, {"kind": "text"}),
    ],
)
def test_a_fallback_for_more_people_is_accepted(closed, other):
    assert why_not(line(**closed), line(ALWAYS, **other)) == ""


# Open whenever the other is closed

OFFICE, OUT_OF_OFFICE = CASES["office"], CASES["out of office"]


def test_a_fallback_need_not_be_open_while_the_first_line_is():
    assert why_not(line(*OFFICE), line(*OUT_OF_OFFICE)) == ""


def silence_by_scan(first, other, first_day, days):
    """The first minute at which neither line answers, found by checking every minute."""
    for (moment, mine), (_moment, theirs) in zip(
        scan(*first, first_day, days), scan(*other, first_day, days), strict=True
    ):
        if opening_hours.State.OPEN not in (mine, theirs):
            return moment
    return None


def replaced(rules, **values):
    return [rule._replace(**values) if rule.closes_at == time(9) else rule for rule in rules]


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (OFFICE, OUT_OF_OFFICE),
        # One minute short at each end.
        (OFFICE, (replaced(OUT_OF_OFFICE[0], closes_at=time(8, 59)), OUT_OF_OFFICE[1])),
        (([Rule(time(9), time(16, 59), EVERY_DAY[:5])], OFFICE[1]), OUT_OF_OFFICE),
        # Bank holidays: closed, or not known.
        (OFFICE, (OUT_OF_OFFICE[0], BankHolidays.USUAL)),
        (OFFICE, (OUT_OF_OFFICE[0], BankHolidays.CLOSED)),
        (OFFICE, (OUT_OF_OFFICE[0], BankHolidays.UNKNOWN)),
        ((OFFICE[0], BankHolidays.UNKNOWN), (OUT_OF_OFFICE[0], BankHolidays.ROUND_THE_CLOCK)),
        ((OFFICE[0], BankHolidays.UNKNOWN), (OUT_OF_OFFICE[0], BankHolidays.UNKNOWN)),
        # Nights across both clock changes, and a gap that only one of the changes opens.
        (
            ([Rule(time(6), time(22), EVERY_DAY)], BankHolidays.USUAL),
            ([Rule(time(22), time(6), EVERY_DAY)], BankHolidays.USUAL),
        ),
        (
            ([Rule(time(2), time(1), EVERY_DAY)], BankHolidays.USUAL),
            ([Rule(time(1), time(1, 59), EVERY_DAY)], BankHolidays.USUAL),
        ),
        (CASES["overnight"], CASES["first Saturday"]),
    ],
)
def test_the_first_silence_is_the_one_that_a_scan_of_every_minute_finds(first, other):
    first_day = date(2026, 1, 1)
    silence = fallbacks.first_silence(line(*first), line(*other), first_day)
    # The scan knows only the bank holidays of 2026.
    expected = silence_by_scan(first, other, first_day, 365)
    if expected is None:
        assert silence is None or silence >= datetime(2027, 1, 1, tzinfo=UTC)
    else:
        assert silence == expected


def test_hours_that_nobody_knows_count_as_always_closed():
    assert "neither this line nor" in why_not(line(), line(*OUT_OF_OFFICE))
    assert "neither this line nor" in why_not(line(*OFFICE), line())
    assert why_not(line(), line(ALWAYS)) == ""


def test_hours_on_which_sources_differ_count_as_unknown():
    assert why_not(line(*OFFICE, are_hours_disputed=True), line(*OUT_OF_OFFICE))
    assert why_not(line(*OFFICE), line(*OUT_OF_OFFICE, are_hours_disputed=True))
    assert why_not(line(*OFFICE), line(ALWAYS, are_hours_disputed=True))


def test_one_day_on_which_neither_line_answers_is_enough_to_refuse():
    day = date(2027, 6, 9)
    shut = DatedException(day, day)
    assert "Wednesday 9 June 2027 at 09:00" in why_not(
        line(*OFFICE, exceptions=[shut]), line(*OUT_OF_OFFICE)
    )
    assert why_not(line(*OFFICE), line(ALWAYS, exceptions=[shut]))
    open_then = DatedException(day, day, time(0), time(0))
    other = line(*OUT_OF_OFFICE, exceptions=[open_then])
    assert why_not(line(*OFFICE, exceptions=[shut]), other) == ""


def test_hours_that_end_within_the_year_are_refused():
    rules = [rule._replace(valid_to=date(2027, 3, 31)) for rule in ALWAYS]
    assert "Thursday 1 April 2027 at 00:00" in why_not(line(), line(rules))


# The real content


def test_each_published_line_shows_exactly_the_fallback_it_names():
    stand_ins = {
        phone.slug: phone.instead.slug
        for phone in Phone.objects.published().for_card()
        if phone.instead
    }
    assert stand_ins == {
        phone.slug: phone.fallback.slug for phone in Phone.objects.exclude(fallback=None)
    }
    assert stand_ins["h-mash-children"] == "h-edt"
    support = [slug for slug, other in stand_ins.items() if other == "h-rcew247"]
    assert {Phone.objects.get(slug=slug).minimum_age for slug in support} == {18}
    for slug in ("h-stopitnow", "h-edt", "h-crimestoppers", "h-councilplus", "h-nspcc"):
        assert slug not in stand_ins


def test_a_line_takes_its_ages_from_its_services():
    for phone in Phone.objects.published():
        for service in phone.services.exclude(minimum_age=None, maximum_age=None):
            ages = (service.minimum_age, service.maximum_age)
            assert (phone.minimum_age, phone.maximum_age) == ages, phone.slug


def test_no_page_names_a_fallback_for_other_people(pages):
    by_url = {}
    for phone in Phone.objects.published():
        by_url.setdefault(phone.url, []).append(phone)
    named = 0
    for path, page in pages.items():
        assert "At any time:" not in page.text, path
        for sentence in page.all("p", class_="instead"):
            other, danger = [link.get("href") for link in sentence.iter("a")]
            assert danger == "tel:999", path
            words = text(sentence)
            lines = [
                phone
                for phone in Phone.objects.exclude(fallback=None)
                if phone.name in words
                or words.startswith(("When this line is closed:", "If nobody answers:"))
            ]
            assert any(phone.fallback in by_url[other] for phone in lines), path
            named += 1
    assert named
    for path in ("/guides/own-behaviour/", "/services/talk-it-through/"):
        assert pages[path].all("p", class_="instead") == []


def card(page, name):
    return next(words for words in map(text, page.cards) if name in words)


def test_out_of_hours_the_childrens_front_door_leads_to_the_duty_team(pages):
    front_door, duty_team = (Phone.objects.get(slug=s) for s in ("h-mash-children", "h-edt"))
    words = f"When this line is closed: {duty_team.display} ({duty_team.name})"
    for path in ("/contacts/", "/services/", "/guides/professionals/"):
        card_text = card(pages[path], front_door.name)
        assert words in card_text, path
        assert "In danger now: 999" in card_text, path
        assert "0800 1111" not in card_text, path


def test_a_fallback_shared_by_several_lines_in_a_list_is_named_once_below_it(pages):
    trust = Phone.objects.get(slug="h-survivorstrust")
    other = trust.fallback
    section = next(
        section
        for section in pages["/contacts/"].all("section")
        if "After sexual" in text(section[0])
    )
    sentences = [
        text(paragraph) for paragraph in section.iter("p") if paragraph.get("class") == "instead"
    ]
    shared = [
        sentence
        for sentence in sentences
        if sentence.startswith("When one of these lines is closed")
    ]
    assert len(shared) == 1
    assert trust.name in shared[0]
    assert f"{other.display} ({other.name})" in shared[0]
    assert len([sentence for sentence in sentences if other.display in sentence]) == 1
    # The line's own page says it directly.
    address = Service.objects.get(line=trust.slug).get_absolute_url()
    assert f"If nobody answers: {other.display}" in pages[address].main


# Where it is checked


def set_hours(phone, *sessions):
    phone.schedules.all().delete()
    for session in sessions:
        make_schedule(phone, *session)


def stored(phone):
    return Phone.objects.get(pk=phone.pk)


@pytest.fixture
def duty(db):
    """A line that answers whenever an office is closed."""
    phone = make_phone(bank_holidays=BankHolidays.ROUND_THE_CLOCK)
    weekdays = "MO,TU,WE,TH,FR"
    sessions = [(weekdays, time(0), time(9)), (weekdays, time(17), time(0))]
    set_hours(phone, *sessions, ("SA,SU", time(0), time(0)))
    return phone


@pytest.fixture
def office(duty):
    """A line with office hours and the duty line as its fallback."""
    phone = make_phone(bank_holidays=BankHolidays.CLOSED, maximum_age=17)
    make_schedule(phone)
    phone = stored(phone)
    phone.fallback = duty
    phone.full_clean()
    phone.save()
    return phone


def test_the_form_refuses_a_fallback_for_other_people(admin, office, duty):
    callers_alone = make_phone(is_for_families=False, is_for_professionals=False)
    page = save(admin, office, fallback=callers_alone.pk, purpose_en="Typed just now.")
    assert any("is not for everyone who can ring this line" in error for error in errors(page))
    assert any("leave this empty" in error for error in errors(page))
    assert "Typed just now." in page.html
    assert stored(office).fallback == duty


def test_the_form_checks_the_hours_as_typed(admin, office):
    page = save(admin, office, **{"schedules-0-closes_at": "16:30"})
    assert any("at 16:30 neither this line nor" in error for error in errors(page))
    assert "16:30" in page.html
    assert errors(save(admin, office, **{"schedules-0-closes_at": "18:00"})) == []


def test_the_form_refuses_hours_that_leave_another_line_without_a_fallback(admin, office, duty):
    page = save(admin, duty, **{"schedules-1-opens_at": "18:00"})
    (error,) = errors(page)
    assert f"This line is shown when “{office.name}” is closed" in error
    assert "at 17:00 neither this line nor" in error
    assert duty.schedules.get(position=2).opens_at == time(17)
    day = {"exceptions-0-first_day": "2026-12-25", "exceptions-0-last_day": "2026-12-25"}
    if timezone.localdate() < date(2026, 12, 25):
        page = save(admin, duty, **day, **{"exceptions-TOTAL_FORMS": 1})
        assert any("This line is shown when" in error for error in errors(page))


@pytest.mark.parametrize("changes", [{"minimum_age": 16}, {"maximum_age": 16}, {"sex": "women"}])
def test_the_form_refuses_to_narrow_who_can_ring_another_lines_fallback(
    admin, office, duty, changes
):
    page = save(admin, duty, **changes)
    assert any("This line is shown when" in error for error in errors(page))


def test_a_new_session_and_the_line_that_it_makes_possible_are_saved_together(admin, office, duty):
    Phone.objects.filter(pk=office.pk).update(fallback=None)
    set_hours(office)
    assert errors(save(admin, office, fallback=duty.pk))
    session = {"byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}
    session |= {"freq": "WEEKLY", "interval": 1}
    sent = {f"schedules-0-{name}": value for name, value in session.items()}
    page = save(admin, office, fallback=duty.pk, **sent, **{"schedules-TOTAL_FORMS": 1})
    assert errors(page) == []
    assert stored(office).fallback == duty


def test_the_list_of_numbers_reports_a_fault_in_a_field_it_does_not_show(admin, office, duty):
    set_hours(duty, ("SA", time(0), time(0)))
    address = f"/admin/contacts/phone/?q={office.slug}"
    page = Page(admin.get(address))
    sent = {e.get("name"): e.get("value") or "" for e in page.root.iter("input") if e.get("name")}
    sent |= {"form-0-position": "61", "_save": "Save"}
    page = Page(admin.post(address, {k: v for k, v in sent.items() if k != "_selected_action"}))
    assert "neither this line nor" in page.text


def test_the_loader_refuses_a_wrong_fallback():
    rows = [row for row in loader.rows() if row.key == "h-mash-children"]
    row = next(row for row in rows if row.label == "contacts.phone")
    row.values["fallback"] = "h-childline"
    with pytest.raises(loader.FixtureError, match="everyone who can ring"):
        loader.load([row])


def test_a_page_never_names_a_fallback_that_no_longer_fits(client, office, duty):
    page = Page(client.get("/contacts/"))
    assert f"When this line is closed: {duty.display}" in card(page, office.name)
    set_hours(duty, ("SA", time(0), time(0)))
    page = Page(client.get("/contacts/"))
    card_text = card(page, office.name)
    assert "When this line is closed" not in card_text
    assert duty.display not in card_text


def test_the_release_checks_leave_out_both_lines_and_say_why(editions, office, duty):
    set_hours(duty, ("SA,SU", time(0), time(0)))
    published = publish.publish(who="the tests")
    refusals = {refusal.record.name: refusal for refusal in published.left_out}
    assert set(refusals) == {office.name, duty.name}
    for refusal in refusals.values():
        assert refusal.rule == "fallbacks"
        assert f"Choose another number for “{office.name}”" in str(refusal)
        assert "neither this line nor" in str(refusal)


def test_the_release_checks_find_nothing_wrong_in_the_real_content():
    assert edition_data._wrong_fallbacks() == []


def test_an_exception_in_the_fallbacks_hours_is_noticed_before_publication(office, duty):
    day = timezone.localdate() + timedelta(days=40)
    while day.weekday() > 4 or opening_hours.is_bank_holiday(day):
        day += timedelta(days=1)
    ScheduleException.objects.create(phone=duty, first_day=day, last_day=day)
    ((_key, name, _other_key, other, why),) = edition_data._wrong_fallbacks()
    assert (name, other) == (office.name, duty.name)
    assert f"{day:%-d %B %Y}" in why


def test_an_unpublished_line_is_nobodys_fallback(office, duty):
    Phone.objects.filter(pk=duty.pk).update(is_published=False)
    assert stored(office).instead is None


# An older database


def test_an_upgrade_drops_the_first_releases_fallbacks_and_keeps_an_officers():
    galop, fmu = (Phone.objects.get(slug=slug) for slug in ("h-galop", "h-fmu"))
    rape_line = Phone.objects.get(slug="h-rcew247")
    samaritans = Phone.objects.get(slug="h-samaritans")
    for phone, other in ((galop, rape_line), (fmu, samaritans)):
        Phone.objects.filter(pk=phone.pk).update(fallback=other)
        row = LoadedRow.objects.get(model="contacts.phone", key=phone.slug)
        row.values |= {"fallback": "h-rcew247"}
        row.save()
    migration = import_module("contacts.migrations.0003_forget_first_fallbacks")
    # As the migration saw them: this model was in another app then.
    models_then = SimpleNamespace(
        get_model=lambda app, name: LoadedRow if app == "helphub" else apps.get_model(app, name)
    )
    migration.forget_first_fallbacks(models_then, None)
    galop.refresh_from_db()
    fmu.refresh_from_db()
    assert (galop.fallback, fmu.fallback) == (None, samaritans)
    # Loading the fixtures again brings in the right one and leaves the officer's alone.
    change = {
        change.row.key: change
        for change in loader.changes()
        if change.row.label == "contacts.phone"
    }
    assert change["h-galop"].verb == "replace"
    assert change["h-fmu"].verb == "leave"


def test_a_minimum_age_above_the_maximum_is_refused():
    phone = Phone.objects.get(slug="h-galop")
    phone.minimum_age, phone.maximum_age = 18, 16
    with pytest.raises(ValidationError, match="Swap the two"):
        phone.full_clean()
