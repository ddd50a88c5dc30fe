"""What readers are told of checks: when and how, what is old, and what is in doubt."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from contacts import critical, fallbacks
from contacts.models import Phone
from helphub.content import clock, intervals, memory
from services.models import ServiceVerification
from strategy.models import ContactLine, Guide
from tests.support.factories import (
    make_form_of_abuse,
    make_guide,
    make_phone,
    make_schedule,
    make_service,
    make_verification,
)
from tests.support.page_checks import assert_critical_numbers
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db

OLD = "may have changed since"
DOUBT = "We are checking this number."


def days_ago(days):
    return clock.today() - timedelta(days=days)


def on(day):
    return f"{day:%-d %B %Y}"


def ways(client, service):
    return text(Page(client.get(service.get_absolute_url())).one("section", class_="ways"))


def checked(phone, days, method="rang"):
    make_verification(phone, verified_on=days_ago(days), method=method)
    return phone


def doubt(phone):
    Phone.objects.filter(pk=phone.pk).update(is_doubted=True)
    return Phone.objects.get(pk=phone.pk)


def open_all_day(**fields):
    phone = make_phone(bank_holidays="round-the-clock", **fields)
    make_schedule(phone, "MO,TU,WE,TH,FR,SA,SU", "00:00", "00:00")
    return Phone.objects.get(pk=phone.pk)


# When and how


@pytest.mark.parametrize(
    ("kind", "method", "words"),
    [
        ("voice", "rang", "Rung on {}"),
        ("voice", "told", "They told us on {}"),
        ("voice", "published-sources", "From its website, {}, not rung"),
        ("text", "rang", "Last checked on {}"),
        ("text", "published-sources", "From its website, {}"),
    ],
)
def test_a_number_says_when_and_how_it_was_last_checked(client, kind, method, words):
    phone = checked(make_phone(kind=kind, text_instruction_en="Text LARK."), 20, method)
    said = ways(client, make_service([phone]))
    assert words.format(on(days_ago(20))) in said
    assert OLD not in said
    assert ("not rung" in said) == (words.endswith("not rung"))


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("rang", "We asked them about this page on {}"),
        ("told", "They told us about this page on {}"),
        ("published-sources", "What this page says is from their website, {}"),
    ],
)
@pytest.mark.parametrize("days", [20, 181])
def test_a_service_says_it_of_its_page(client, method, words, days):
    service = make_service()
    ServiceVerification.objects.create(
        service=service, verified_on=days_ago(days), method=method, role="us", confirmed="All"
    )
    page = Page(client.get(service.get_absolute_url()))
    assert words.format(on(days_ago(days))) in page.main
    assert (OLD in page.main) == (days > intervals.SERVICES.days)


@pytest.mark.parametrize("make", [make_guide, make_form_of_abuse])
@pytest.mark.parametrize("days", [364, 365])
def test_guides_and_topics_say_it_and_are_old_after_a_year(client, make, days):
    page = Page(client.get(make(reviewed_on=days_ago(days)).get_absolute_url()))
    assert f"Last checked on {on(days_ago(days))}" in page.main
    assert (OLD in page.main) == (days == intervals.PAGES.days)


@pytest.mark.parametrize(("days", "is_old"), [(89, False), (90, True)])
def test_a_number_is_old_after_ninety_days_and_says_whom_to_ring_instead(client, days, is_old):
    said = ways(client, make_service([checked(make_phone(), days)]))
    spoc = critical.from_file()[Phone.Role.SPOC]
    assert (OLD in said) == is_old
    assert (f"If nobody answers: {spoc.display}" in said) == is_old


@pytest.mark.parametrize(("days", "is_old"), [(29, False), (30, True)])
def test_numbers_of_every_page_and_help_now_are_old_after_thirty(days, is_old):
    named, other = checked(make_phone(), days), checked(make_phone(), days)
    guide = Guide.objects.get(slug="help-now")
    Guide.objects.filter(pk=guide.pk).update(body_ur=f"{{{named.slug}}}")
    suggested = checked(make_phone(), days)
    make_service([suggested]).suggestions.create(guide=guide)
    phones = Phone.objects.for_card().in_bulk()
    assert phones[named.pk].is_check_due == is_old
    assert phones[suggested.pk].is_check_due == is_old
    assert not phones[other.pk].is_check_due
    spoc = Phone.objects.critical()[Phone.Role.SPOC]
    spoc.verifications.all().delete()
    make_verification(spoc, verified_on=days_ago(days))
    assert Phone.objects.critical()[Phone.Role.SPOC].is_check_due == is_old


def test_a_page_with_a_number_is_made_again_on_the_day_it_turns_old_and_no_other():
    phone = checked(make_phone(), 10)
    phone = Phone.objects.for_card().get(pk=phone.pk)
    with memory.using(memory.Memory()) as asked:
        assert not phone.is_check_due
    assert asked.asked == {days_ago(10) + intervals.NUMBERS}


def test_new_digits_have_not_been_checked_and_999_needs_no_date(client):
    assert "Not checked yet" in ways(client, make_service([make_phone()]))
    phone = Phone.objects.get(role=Phone.Role.EMERGENCY)
    phone.verifications.all().delete()
    checked(phone, 400, "published-sources")
    said = ways(client, phone.first_service)
    assert "Not checked" not in said
    assert "website" not in said
    assert OLD not in said


def test_lists_say_only_what_is_old(client):
    old, new = checked(make_phone(), 100), checked(make_phone(), 10)
    rows = {row.find("th").get("abbr"): text(row) for row in Page(client.get("/contacts/")).cards}
    assert OLD in rows[old.name]
    assert "Rung on" not in rows[new.name]


def test_the_open_cards_of_the_contact_page_say_all(client):
    phone = checked(make_phone(section=Phone.Section.DUDLEY), 10)
    rows = {row.find("th").get("abbr"): text(row) for row in Page(client.get("/contacts/")).cards}
    assert f"Rung on {days_ago(10):%-d %B %Y}" in rows[phone.name]


# In doubt


def test_a_number_in_doubt_says_so_everywhere_and_stays(client):
    phone = make_phone(section=Phone.Section.DUDLEY)
    service = make_service([phone])
    guide = make_guide(body_en=f"Ring {{{phone.slug}}} today.\n\n{{{phone.slug}}}")
    doubt(phone)
    spoc = critical.from_file()[Phone.Role.SPOC]
    said = f"{DOUBT} If nobody answers: {spoc.display}"
    for path in ("/contacts/", "/services/", service.get_absolute_url(), guide.get_absolute_url()):
        page = Page(client.get(path))
        assert said in page.main, path
        assert (phone.url, phone.display) in page.lines
    assert f"Ring {phone.display} (we are checking this number) today." in page.main


def test_its_own_fallback_comes_before_the_local_number(client):
    other = open_all_day()
    phone = make_phone(fallback=other)
    service = make_service([phone, make_phone(fallback=other)])
    phone = doubt(phone)
    assert f"{DOUBT} If nobody answers: {other.display}" in ways(client, service)
    assert phone not in fallbacks.shared([phone, *service.phones.exclude(pk=phone.pk)]).phones


def test_nobody_is_sent_to_a_line_in_doubt(client):
    other = open_all_day()
    phone = make_phone(fallback=other)
    doubt(other)
    assert other.display not in ways(client, make_service([phone]))


def test_a_line_for_ones_own_behaviour_in_doubt_names_no_line_for_others():
    phone = doubt(make_phone(section=Phone.Section.OWN_BEHAVIOUR))
    assert critical.to_ring_instead(phone) is None


def test_a_number_in_doubt_is_never_called_open():
    phone = checked(open_all_day(), 1)
    shown = render_to_string("contacts/_when.html", {"phone": phone})
    assert "data-always" in shown
    phone = doubt(phone)
    shown = render_to_string("contacts/_when.html", {"phone": phone})
    assert "Day and night." in shown
    assert "data-always" not in shown
    assert "data-open" not in shown


def test_a_printed_number_in_doubt_or_changed_says_so(client):
    line = ContactLine.objects.exclude(phone=None).first()
    doubt(line.phone)
    assert DOUBT in Page(client.get("/strategy/contacts/")).main
    Phone.objects.filter(pk=line.phone.pk).update(dial="01384000000", display="01384 000000")
    page = Page(client.get("/strategy/contacts/"))
    assert "It is now: 01384 000000 (we are checking this number)" in page.main


# The local number itself


@pytest.fixture
def spoc(db):
    return doubt(Phone.objects.get(role=Phone.Role.SPOC))


def test_every_page_says_that_the_local_number_is_in_doubt_and_what_to_ring(client, spoc):
    other = critical.to_ring_instead(spoc)
    for path in ("/", "/help-now/", "/guides/consent/", "/contacts/"):
        page = Page(client.get(path))
        assert_critical_numbers(page)
        assert f"{DOUBT} If nobody answers: {other.display}" in page.text, path


def test_pages_without_a_database_know_it_too(client, spoc, settings, tmp_path):
    folder = tmp_path / "current"
    folder.mkdir()
    settings.EDITIONS_DIR = tmp_path
    critical.write(folder / critical.PATH.name)
    page = Page(client.get("/no-such-page/"))
    assert page.response.status_code == 404
    instead = critical.from_file()[Phone.Role.SPOC].kept_instead
    assert instead.slug in {critical.INSTEAD_OF_SPOC, spoc.fallback.slug}
    assert f"{DOUBT} If nobody answers: {instead.display}" in page.text
    assert ("tel:999", "999") in page.lines


def test_a_line_in_doubt_is_not_offered_as_answering_day_and_night():
    doubt(Phone.objects.get(slug=critical.INSTEAD_OF_SPOC))
    beside = critical.from_database()["day_and_night"]
    assert critical.INSTEAD_OF_SPOC not in {phone.slug for phone in beside}
