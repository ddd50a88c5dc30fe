"""What a new day changes on readers' pages, and what it leaves alone."""

from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Phone, ScheduleException, Verification
from helphub.content import clock, intervals, memory, router
from helphub.editions import integrity, manifests, page_files, publish, sources, store
from helphub.editions.worker import Watcher
from services.models import Service, ServiceVerification
from strategy.models import Guide

BLOCK = clock.BLOCK.days


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def now(monkeypatch):
    """Sets the clock to noon of a day in Dudley."""

    def set_to(day):
        zone = timezone.get_default_timezone()
        monkeypatch.setattr(timezone, "now", lambda: datetime.combine(day, time(12), zone))

    return set_to


def check_everything(day):
    """Date every check, so that none becomes old within four weeks."""
    for model in (Verification, ServiceVerification):
        model.objects.update(verified_on=day)


@pytest.fixture
def dated(editions, now):
    """An edition whose content depends heavily on the day, and the day it was made."""
    first = clock.first_of_block()
    now(first)
    check_everything(first)
    consent = Guide.objects.filter(slug="consent")
    consent.update(ends_on=first + timedelta(days=2))
    Guide.objects.filter(slug="help-now").update(reviewed_on=first)
    Service.objects.filter(line="h-rph").update(
        notice_en="The line is being moved.", notice_until=first + timedelta(days=9)
    )
    line = Phone.objects.get(slug="h-rph")
    line.exceptions.all().delete()
    closed = first + timedelta(days=65)
    ScheduleException.objects.create(phone=line, first_day=closed, last_day=closed)
    Verification.objects.create(
        phone=line,
        verified_on=first - timedelta(days=70),
        method=Verification.Method.RANG,
        role="communications",
        confirmed="The hours.",
    )
    rule = line.schedules.first()
    rule.valid_to = first + timedelta(days=14)
    rule.save()
    publish.publish()
    return first


def html(address):
    page = manifests.pages_of(store.current())[address]
    return (store.current() / "pages" / page["file"]).read_text()


def test_an_ordinary_day_brings_no_new_edition(editions, now):
    first = clock.first_of_block()
    now(first)
    check_everything(first)
    publish.publish()
    numbers = store.numbers()
    watcher = Watcher()
    for days in (1, 14, 27):
        now(first + timedelta(days=days))
        watcher.look()
    assert store.numbers() == numbers


def test_a_check_that_becomes_old_changes_the_pages_with_its_number_on_that_day(editions, now):
    first = clock.first_of_block()
    now(first)
    check_everything(first)
    line = Phone.objects.get(slug="h-galop")
    due = first + timedelta(days=9)
    line.verifications.update(verified_on=due - intervals.NUMBERS)
    publish.publish()
    page = line.first_service.get_absolute_url()
    before = {address: html(address) for address in (page, "/privacy/", "/guides/consent/")}
    now(due - timedelta(days=1))
    Watcher().look()
    assert html(page) == before[page]
    now(due)
    Watcher().look()
    assert "may have changed since" not in before[page]
    assert "may have changed since" in html(page)
    for address in ("/privacy/", "/guides/consent/"):
        assert without_date(html(address)) == without_date(before[address])


def test_every_page_that_is_kept_reads_as_if_it_were_made_that_day(dated, now):
    """Only its own date may be older: on paper, and for the script that looks at the clock."""
    unchanged = set()
    for days in (3, 10, 20):
        day = dated + timedelta(days=days)
        now(day)
        publish.publish(sources.CURRENT)
        folder = store.current()
        pages = manifests.pages_of(folder)
        before = manifests.pages_of(store.folder_of(store.number_of(folder) - 1))
        same = {a for a, page in pages.items() if before.get(a) == page and page["file"]}
        unchanged |= same
        with router.reading(folder), memory.using(memory.Memory()):
            for address in sorted(same):
                # Skip the lists, as there are so many, and the Urdu pages.
                if not page_files.is_html(pages[address]) or address.startswith(("/list/", "/ur/")):
                    continue
                response = Client(headers={"host": "testserver"}).get(address, secure=True)
                assert without_date(response.content.decode()) == without_date(html(address)), (
                    address,
                    day,
                )
    assert unchanged


def without_date(page):
    return page_files.DAY.sub(b"", page.encode())


def test_a_new_day_changes_the_pages_it_affects_and_keeps_the_other_files(dated, now):
    before = store.current()
    watcher = Watcher()
    now(dated + timedelta(days=2))
    watcher.look()
    assert store.current() == before
    assert "/guides/consent/" in manifests.pages_of(before)
    now(dated + timedelta(days=3))
    watcher.look()
    after = store.current()
    assert after != before
    assert manifests.manifest_of(after)["pages"]["/guides/consent/"]["status"] == 410
    file = "pages/topics/law.html"
    assert (after / file).stat().st_ino == (before / file).stat().st_ino
    assert integrity.damage_of(before) is None
    assert integrity.damage_of(after) is None
    # The clock is put back.
    now(dated + timedelta(days=1))
    publish.publish(sources.CURRENT)
    assert manifests.pages_of(store.current())["/guides/consent/"]["status"] == 200


def test_pages_that_a_release_does_not_change_are_copied(dated, now):
    Guide.objects.filter(slug="help-now").update(summary_en="Another sentence.")
    before = store.current()
    publish.publish()
    file = "pages/topics/law.html"
    assert (store.current() / file).read_bytes() == (before / file).read_bytes()
    assert (store.current() / file).stat().st_ino != (before / file).stat().st_ino


def test_after_four_weeks_the_labels_reach_further(dated, now):
    def ends():
        minutes = html("/contacts/").partition('data-ends="')[2].partition('"')[0]
        return datetime.fromtimestamp(int(minutes) * 60, timezone.get_default_timezone()).date()

    # Until the check by ringing is three months old, and no longer.
    assert ends() == dated + timedelta(days=20)
    Verification.objects.create(
        phone=Phone.objects.get(slug="h-rph"),
        verified_on=dated,
        method=Verification.Method.RANG,
        role="communications",
        confirmed="The hours.",
    )
    publish.publish()
    assert ends() == dated + 2 * clock.BLOCK
    number = store.number_of(store.current())
    now(dated + clock.BLOCK)
    Watcher().look()
    assert store.number_of(store.current()) == number + 1
    assert ends() == dated + 3 * clock.BLOCK
    # A page made again that reads the same is the same file.
    law = [store.folder_of(edition) / "pages/topics/law.html" for edition in (number, number + 1)]
    assert law[0].stat().st_ino == law[1].stat().st_ino


def test_midnight_during_a_publication_leaves_all_pages_on_the_day_it_began(
    dated, now, monkeypatch
):
    """All pages have the day on which it began."""
    monkeypatch.setattr(publish.bake, "write", midnight_goes_by(now, dated, publish.bake.write))
    now(dated + timedelta(days=2))
    publish.publish()
    assert manifests.manifest_of(store.current())["day"] == (dated + timedelta(days=2)).isoformat()
    assert manifests.pages_of(store.current())["/guides/consent/"]["status"] == 200
    monkeypatch.undo()
    now(dated + timedelta(days=3))
    Watcher().look()
    assert manifests.pages_of(store.current())["/guides/consent/"]["status"] == 410


def midnight_goes_by(now, dated, write):
    def writes(*arguments):
        now(dated + timedelta(days=3))
        return write(*arguments)

    return writes
