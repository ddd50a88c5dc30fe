"""Presses are collected once, damaged rows are left out, and nothing changes by itself."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from contacts.models import Phone
from helphub.checking import reports
from helphub.checking.models import Reported
from helphub.content import clock
from helphub.editions import store, worker
from helphub.history.models import Version
from services import presses
from tests.support.factories import make_phone, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def folder(settings, tmp_path, monkeypatch):
    settings.REPORTS_DIR = tmp_path
    monkeypatch.setattr(presses, "counts", presses._Counts())
    return tmp_path


def counts():
    return {(row.line, row.fault): row.count for row in Reported.objects.all()}


def keep(line, fault="closed", times=1):
    for _ in range(times):
        presses.keep(line.report_key, fault)


def test_presses_are_counted_by_line_choice_and_week(folder):
    phone, service = make_phone(), make_service()
    keep(phone, "closed", 2)
    keep(phone, "no-answer")
    keep(service, "wrong-number")
    reports.collect()
    assert counts() == {
        (phone.slug, "closed"): 2,
        (phone.slug, "no-answer"): 1,
        (service.line, "wrong-number"): 1,
    }
    assert list(folder.iterdir()) == []
    keep(phone)
    reports.collect()
    reports.collect()
    assert counts()[phone.slug, "closed"] == 3


def test_three_of_one_kind_in_one_week_are_for_the_worklist(folder):
    two, three = make_phone(), make_phone()
    keep(two, "closed", 2)
    keep(two, "no-answer", 2)
    keep(three, "closed", 3)
    reports.collect()
    (row,) = reports.reported_lines()
    assert (row.line, row.fault, row.count) == (three.slug, "closed", 3)
    assert row.week == presses.week_of(clock.today())


def test_damaged_rows_and_lines_that_are_gone_do_not_count(folder):
    phone = make_phone()
    week, key = presses.week_of(clock.today()), phone.report_key
    next_week = presses.week_of(clock.today() + timedelta(days=7))
    long_ago = presses.week_of(clock.today() - timedelta(days=400))
    rows = [
        f"{week} {key} closed",
        f"{week} {key} clos",
        f"{week} {key}",
        f"{week} n999999999 closed",
        f"{week} h-galop closed",
        f"{next_week} {key} closed",
        f"{long_ago} {key} closed",
        f"2026-W00 {key} closed",
        f"{week} {key} closed {week} {key} closed",
        "\x00\xff",
        "",
    ]
    (folder / presses.FILE).write_bytes("\n".join(rows).encode("latin-1"))
    reports.collect()
    assert counts() == {(phone.slug, "closed"): 1}


def test_a_week_of_a_line_counts_no_more_than_its_limit(folder):
    phone = make_phone()
    row = f"{presses.week_of(clock.today())} {phone.report_key} closed\n"
    (folder / presses.FILE).write_text(row * 10_000)
    reports.collect()
    assert counts() == {(phone.slug, "closed"): presses.MOST_IN_A_WEEK}


def test_presses_after_a_check_are_not_drowned_by_those_before(folder):
    phone = make_phone()
    row = f"{presses.week_of(clock.today())} {phone.report_key} closed\n"
    (folder / presses.FILE).write_text(row * 10_000)
    reports.collect()
    reports.answer(phone.slug)
    assert reports.reported_lines() == []
    (folder / presses.FILE).write_text(row * reports.ENOUGH)
    reports.collect()
    assert [reported.line for reported in reports.reported_lines()] == [phone.slug]


def test_if_the_database_fails_the_presses_are_counted_the_next_time(folder, monkeypatch):
    phone = make_phone()
    keep(phone)

    def fail(counts):
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(reports, "_add", fail)
        with pytest.raises(DatabaseError):
            reports.collect()
    keep(phone, "no-answer")
    reports.collect()
    assert counts() == {(phone.slug, "closed"): 1}
    reports.collect()
    assert counts()[phone.slug, "no-answer"] == 1


def test_without_a_folder_or_a_file_there_is_nothing_to_do(settings, tmp_path):
    settings.REPORTS_DIR = None
    reports.collect()
    settings.REPORTS_DIR = tmp_path / "none"
    reports.collect()
    assert counts() == {}


def test_what_is_older_than_a_year_is_forgotten(folder):
    long_ago = presses.week_of(clock.today() - timedelta(days=400))
    Reported.objects.create(line="h-spoc", fault="closed", week=long_ago, count=3)
    keep(make_phone())
    reports.collect()
    assert "h-spoc" not in {row.line for row in Reported.objects.all()}


def test_presses_change_no_record_and_no_published_byte(folder, editions):
    before = {p: p.read_bytes() for p in editions.rglob("*") if p.is_file()}
    versions = Version.objects.count()
    phone = Phone.objects.get(slug="h-galop")
    for fault in presses.Fault.values:
        keep(phone, fault, 2_500)
    watcher = worker.Watcher()
    watcher.look()
    assert counts()["h-galop", "closed"] == presses.MOST_IN_A_WEEK
    after = {p: p.read_bytes() for p in editions.rglob("*") if p.is_file()}
    # The publisher's own signs of life are no part of an edition.
    assert {p: b for p, b in after.items() if p in before and "00000" in str(p)} == {
        p: b for p, b in before.items() if "00000" in str(p)
    }
    assert store.numbers() == [1]
    assert Version.objects.count() == versions


def test_a_chore_that_fails_stops_no_other(monkeypatch, editions):
    done = []

    def fails():
        raise OSError("The disk is gone.")

    monkeypatch.setattr(worker, "CHORES", [fails, lambda: done.append(1)])
    watcher = worker.Watcher()
    watcher.look()
    watcher.look()
    assert done == [1]
