"""Two checks that fail make readers see that we are checking a number, until it is reached."""

import sqlite3
from contextlib import closing
from datetime import time, timedelta

import pytest

from contacts.models import Doubt, Phone
from helphub.checking.models import Attempt
from helphub.content import clock
from helphub.editions import publish, store
from helphub.editions.models import PublicationRequest
from helphub.editions.worker import Watcher
from helphub.history.recording import catch_up
from strategy.models import Guide
from tests.support.admin_forms import save
from tests.support.checks import log, url_of
from tests.support.editions import consent_page
from tests.support.factories import make_phone, make_schedule, make_verification
from tests.support.reader import Page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

Kind = PublicationRequest.Kind
EVERY_DAY = "MO,TU,WE,TH,FR,SA,SU"


def open_by_day(phone):
    """Let a line be open at noon on any day, bank holidays too, but not at night."""
    phone.schedules.all().delete()
    Phone.objects.filter(pk=phone.pk).update(bank_holidays="usual", hours_are_disputed=False)
    make_schedule(phone, EVERY_DAY, time(8), time(20))
    make_verification(phone, verified_on=clock.today() - timedelta(days=10))
    catch_up()
    return phone


@pytest.fixture
def phone(db):
    return open_by_day(make_phone())


def on(days_ago, at="12:00"):
    day = clock.today() - timedelta(days=days_ago)
    return {"checked_on": f"{day:%-d/%-m/%Y}", "checked_at": at}


def doubted(phone):
    return Doubt.objects.filter(phone=phone, lifted_at=None).exists()


def test_a_website_does_not_outweigh_calls_that_failed(admin, phone):
    for days in (3, 1):
        log(admin, phone, "wrong-number", **on(days))
    page = log(admin, phone, "confirmed", way="page")
    assert "A website may repeat a wrong number" in page.main
    assert doubted(phone)
    page = log(admin, phone, "confirmed")
    assert "Readers no longer see" in page.main
    assert not doubted(phone)


def test_two_failures_on_two_days_make_a_doubt_and_an_urgent_publication(admin, phone):
    page = log(admin, phone, "no-answer", **on(3))
    assert "If a check fails on another day too" in page.main
    log(admin, phone, "no-answer", **on(3, "15:00"))
    assert not doubted(phone)
    page = log(admin, phone, "wrong-number", **on(1, "02:00"))
    assert "Two checks failed." in page.main
    doubt = Doubt.objects.get()
    days = [f"{clock.today() - timedelta(days=ago):%-d %B %Y}" for ago in (3, 1)]
    assert doubt.why == f"Checks failed on {days[0]} and {days[1]}."
    (request,) = PublicationRequest.objects.all()
    assert (request.kind, request.who, request.chosen) == (Kind.WITHDRAWAL, "officer", None)
    log(admin, phone, "no-answer", **on(0, "00:00"))
    assert Doubt.objects.count() == 1
    assert not phone.verifications.filter(verified_on=clock.today()).exists()
    assert "Readers see “We are checking this number”." in Page(admin.get(url_of(phone))).main


@pytest.mark.parametrize(
    ("outcome", "at"),
    [("engaged", "12:00"), ("refused", "12:00"), ("no-answer", "23:00")],
)
def test_what_says_nothing_of_the_number_never_counts(admin, phone, outcome, at):
    for days_ago in (4, 3, 2):
        log(admin, phone, outcome, **on(days_ago, at))
    assert Attempt.objects.count() == 3
    assert not Doubt.objects.exists()


def test_no_answer_does_not_count_where_the_hours_are_not_known(admin, phone):
    Phone.objects.filter(pk=phone.pk).update(hours_are_disputed=True)
    for days_ago in (4, 3):
        page = log(admin, phone, "no-answer", **on(days_ago))
    assert "does not count as a failed check" in page.main
    other = make_phone()
    for days_ago in (4, 3):
        log(admin, other, "no-answer", **on(days_ago))
    assert set(Attempt.objects.values_list("was_open", flat=True)) == {None}
    assert not Doubt.objects.exists()


@pytest.mark.parametrize("success", ["confirmed", "changed"])
def test_only_failures_since_the_last_success_count(admin, phone, success):
    log(admin, phone, "no-answer", **on(5))
    log(admin, phone, success, hours="yes", note="A new name.", **on(4))
    log(admin, phone, "no-answer", **on(3))
    assert not doubted(phone)
    make_verification(phone, verified_on=clock.today() - timedelta(days=2))
    log(admin, phone, "no-answer", **on(1))
    assert not doubted(phone)


def test_failures_of_other_digits_do_not_count(admin, phone):
    log(admin, phone, "no-answer", **on(3))
    Phone.objects.filter(pk=phone.pk).update(dial="01384455412", display="01384 455412")
    log(admin, phone, "no-answer", **on(2))
    assert not doubted(phone)


def test_an_office_that_does_not_answer_says_nothing_of_the_line(admin, phone):
    for days_ago in (4, 3):
        log(admin, phone, "no-answer", way="office", **on(days_ago))
    assert not doubted(phone)


def test_new_digits_lift_nothing_before_somebody_rings_them(admin, phone):
    for days_ago in (3, 2):
        log(admin, phone, "no-answer", **on(days_ago))
    new = {"new_display": "01384 455 412", "new_dial": "01384455412"}
    log(admin, phone, "changed", hours="yes", **on(1), **new)
    assert doubted(phone)
    page = log(admin, phone, "confirmed")
    assert "Readers no longer see “We are checking this number”" in page.main
    assert not doubted(phone)
    assert Doubt.objects.get().lifted_by == "officer"


def is_doubted(phone):
    """Whether readers' edition says that we are checking this number."""
    with closing(sqlite3.connect(store.current() / "content.sqlite3")) as file:
        query = "SELECT is_doubted, purpose_en FROM contacts_phone WHERE id = ?"
        return file.execute(query, [phone.pk]).fetchone()


def test_readers_see_the_doubt_at_once_and_nothing_that_waits(editions, admin):
    phone = open_by_day(Phone.objects.get(slug="h-galop"))
    publish.publish()
    purpose, address = phone.purpose_en, phone.services.first().get_absolute_url()

    def page():
        return (store.current() / f"pages{address.rstrip('/')}.html").read_text()

    before, edition = page(), store.current()
    assert "data-built" in before
    save(admin, phone, purpose_en="Not approved yet.")
    save(admin, Guide.objects.get(slug="consent"), body_en="Not approved yet.")
    for days_ago in (3, 2):
        log(admin, phone, "no-answer", **on(days_ago))
    Watcher().look()
    assert store.current() != edition
    assert is_doubted(phone) == (1, purpose)
    # Nobody is told that it is open now.
    assert page() != before
    assert "data-built" not in page()
    assert phone.dial in page()
    assert "Not approved yet." not in page() + consent_page()

    log(admin, phone, "confirmed")
    Watcher().look()
    assert is_doubted(phone) == (0, purpose)
    assert "data-built" in page()
    assert "Not approved yet." not in page() + consent_page()
    assert {request.state for request in PublicationRequest.objects.all()} == {"done"}
