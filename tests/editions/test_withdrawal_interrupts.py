"""A withdrawal stops any publication under way and is published; the other starts again."""

import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from contacts.models import Doubt, Phone
from helphub.editions import (
    by_command,
    health,
    integrity,
    locking,
    makers,
    outcomes,
    progress,
    publish,
    serve,
    shares,
    state_files,
    store,
    worker,
)
from helphub.editions.models import PublicationRequest
from helphub.editions.worker import Watcher
from helphub.publishing.requests import ask_for
from strategy.models import Guide
from tests.support.editions import harm, some_pages
from tests.support.reader import Page

pytestmark = pytest.mark.django_db

Kind, State = PublicationRequest.Kind, PublicationRequest.State
WORDS = "Words of an officer."
GALOP, MEN = "h-galop", "h-mal"


def dialled(slug):
    return Phone.objects.get(slug=slug).dial


def withdraw(admin, slug=GALOP):
    """Withdraw a line as an officer does."""
    form = reverse("publishing:withdraw", args=["contacts.phone", Phone.objects.get(slug=slug).pk])
    assert admin.post(form, {"why": "It does not answer"}).status_code == 302


def is_shown(slug, number=None):
    folder = store.folder_of(number) if number else store.current()
    link = f"tel:{dialled(slug)}"
    return any(link in path.read_text() for path in (folder / "pages").rglob("*.html"))


def words(number=None):
    folder = store.folder_of(number) if number else store.current()
    return (folder / "pages/guides/consent.html").read_text()


@pytest.fixture
def at(monkeypatch):
    """Runs a function once, as soon as a publication reports this step."""
    report = state_files.set_progress

    def once(doing, what, is_far=lambda step: True):
        happened = []

        def reported(step):
            report(step)
            if step["doing"] == doing and is_far(step) and not happened:
                happened.append(step)
                what()

        monkeypatch.setattr(state_files, "set_progress", reported)
        return happened

    return once


def everything_is_made_again():
    (store.current() / "answers.json.gz").unlink()


def children_of(pid):
    return subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()


def doubt(admin, slug=GALOP):
    """Doubt a line, as after two failed checks."""
    Doubt.objects.create(phone=Phone.objects.get(slug=slug), why="Checks failed on two days.")
    ask_for(Kind.WITHDRAWAL, "anna")


@pytest.mark.parametrize(
    ("doing", "urgent"),
    [(progress.READING, withdraw), (progress.CHECKING, withdraw), (progress.CHECKING, doubt)],
)
def test_a_publication_gives_way_whatever_it_is_doing(editions, admin, at, doing, urgent):
    release = ask_for(Kind.RELEASE, "anna")
    happened = at(doing, lambda: urgent(admin))
    watcher = Watcher()
    watcher.look()
    assert happened
    release.refresh_from_db()
    assert (release.state, release.report) == (State.WAITING, {"stopped": 1})
    assert store.numbers() == [1]
    assert watcher.next().kind == Kind.WITHDRAWAL


def test_the_withdrawal_is_published_and_the_publication_starts_again_and_says_so(
    editions, admin, at, time_of_day
):
    assert is_shown(GALOP)
    Guide.objects.filter(slug="consent").update(body_en=WORDS)
    release = ask_for(Kind.RELEASE, "anna")
    at(progress.MAKING, lambda: withdraw(admin))
    watcher = Watcher()
    watcher.look()
    assert store.numbers() == [1]
    assert not list(editions.glob(".*"))
    assert outcomes.unmended() == []
    watcher.look()
    assert store.numbers() == [1, 2]
    assert not is_shown(GALOP)
    assert WORDS not in words()
    time_of_day("14:02")
    watcher.look()
    assert store.numbers() == [1, 2, 3]
    assert not is_shown(GALOP)
    assert WORDS in words()
    release.refresh_from_db()
    assert (release.state, release.report["number"]) == (State.DONE, 3)
    page = Page(admin.get(reverse("publishing:publication", args=[release.pk])))
    sentence = "It was stopped so that a withdrawal could go first, and restarted at 14:02."
    assert sentence in page.text


@pytest.fixture
def time_of_day(monkeypatch):
    def set_to(clock):
        hour, minute = map(int, clock.split(":"))
        now = worker.timezone.localtime().replace(hour=hour, minute=minute)
        monkeypatch.setattr(worker.timezone, "now", lambda: now)

    return set_to


def test_a_publication_already_checked_finishes_before_the_withdrawal(editions, admin, at):
    Guide.objects.filter(slug="consent").update(body_en=WORDS)
    ask_for(Kind.RELEASE, "anna")
    at(progress.SWITCHING, lambda: withdraw(admin))
    watcher = Watcher()
    watcher.look()
    assert WORDS in words(2)
    watcher.look()
    assert not is_shown(GALOP)
    assert WORDS in words(3)


def test_page_makers_are_stopped_and_their_process_is_kept(editions, admin, at):
    ask_for(Kind.RELEASE, "anna")
    everything_is_made_again()
    processes = []

    def look():
        maker = makers._kept["maker"].process.pid
        processes.extend([maker, *children_of(maker)])
        withdraw(admin)

    at(progress.MAKING, look, is_far=lambda step: step["done"])
    Watcher().look()
    maker, *children = processes
    assert children
    assert makers._kept["maker"].process.pid == maker
    assert children_of(maker) == []


def test_page_makers_that_hang_do_not_delay_a_withdrawal(editions, admin, at):
    Guide.objects.filter(slug="consent").update(body_en=WORDS)
    ask_for(Kind.RELEASE, "anna")
    everything_is_made_again()

    def hang():
        # Even the process that should end its children hangs.
        os.killpg(makers._kept["maker"].process.pid, signal.SIGSTOP)
        withdraw(admin)

    at(progress.MAKING, hang, is_far=lambda step: step["done"])
    watcher = Watcher()
    watcher.look()
    assert not makers._kept
    watcher.look()
    assert not is_shown(GALOP)
    watcher.look()
    assert WORDS in words()


def test_a_page_that_takes_forever_is_given_up_and_reported(editions, admin, at, monkeypatch):
    monkeypatch.setattr(shares, "LONGEST_PAGE", 1)
    request = ask_for(Kind.RELEASE, "anna")
    everything_is_made_again()
    stopped = []

    def hang():
        stopped.extend(map(int, children_of(makers._kept["maker"].process.pid)))
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)

    at(progress.MAKING, hang, is_far=lambda report: report["done"])
    Watcher().look()
    request.refresh_from_db()
    assert request.state == State.REFUSED
    assert "No page was made for 1 seconds." in request.report["error"]
    assert "Readers keep the edition they have." in request.report["error"]
    assert store.numbers() == [1]
    assert serve.Edition(store.current())
    # The system may take a moment to end them.
    deadline = time.monotonic() + 10
    while [pid for pid in stopped if is_alive(pid)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "The last publication failed" in health.faults()[0].words


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_first_of_several_withdrawals_is_published_and_one_edition_takes_the_others(
    editions, admin, at
):
    withdraw(admin, GALOP)

    def two_more():
        withdraw(admin, MEN)
        withdraw(admin, "h-samaritans")

    at(progress.MAKING, two_more)
    watcher = Watcher()
    watcher.look()
    assert store.numbers() == [1, 2]
    assert not is_shown(GALOP)
    assert is_shown(MEN)
    watcher.look()
    assert store.numbers() == [1, 2, 3]
    assert not any(map(is_shown, (GALOP, MEN, "h-samaritans")))
    states = PublicationRequest.objects.values_list("kind", "state")
    assert list(states) == [(Kind.WITHDRAWAL, State.DONE)] * 2


def test_the_edition_of_a_new_day_gives_way(editions, admin, at):
    everything_is_made_again()
    at(progress.MAKING, lambda: withdraw(admin))
    watcher = Watcher()
    watcher.look()
    assert store.numbers() == [1]
    watcher.look()
    assert not is_shown(GALOP)
    # One edition has both what the withdrawal left for later and what the new day changes.
    watcher.look()
    watcher.look()
    assert store.numbers() == [1, 2, 3]
    assert not is_shown(GALOP)
    assert outcomes.unmended() == []


def test_repairing_an_edition_gives_way(editions, admin, at):
    harm(store.folder_of(1), *some_pages(store.folder_of(1)))
    at(progress.READING, lambda: withdraw(admin))
    watcher = Watcher()
    watcher.look()
    assert store.numbers() == [1]
    watcher.look()
    watcher.look()
    assert store.number_of(store.current()) > 1
    assert not is_shown(GALOP)
    assert integrity.damage_of(store.current()) is None
    assert state_files.damage() is None


@pytest.mark.parametrize("is_withdrawn_already", [False, True])
def test_going_back_gives_way_and_happens_afterwards(editions, admin, at, is_withdrawn_already):
    Guide.objects.filter(slug="consent").update(body_en=WORDS)
    publish.publish()
    watcher = Watcher()
    if is_withdrawn_already:
        # Going back then makes a new edition of the old one, without that line.
        withdraw(admin, MEN)
        watcher.look()
    number = store.number_of(store.current())
    request = ask_for(Kind.ROLLBACK, "anna", "A complaint", 1)
    doing = progress.MAKING if is_withdrawn_already else progress.CHECKING
    at(doing, lambda: withdraw(admin))
    watcher.look()
    request.refresh_from_db()
    assert (request.state, store.number_of(store.current())) == (State.WAITING, number)
    watcher.look()
    assert not is_shown(GALOP)
    assert WORDS in words()
    watcher.look()
    assert not is_shown(GALOP)
    assert WORDS not in words()
    request.refresh_from_db()
    assert request.state == State.DONE
    assert state_files.pinned()["number"] == store.number_of(store.current())
    assert outcomes.unmended() == []


# By command


def test_a_command_gives_way_to_the_publisher_and_starts_again(
    editions, admin, at, monkeypatch, capsys
):
    Guide.objects.filter(slug="consent").update(body_en=WORDS)
    watcher = Watcher()
    state_files.watcher_beats()
    at(progress.MAKING, lambda: withdraw(admin))
    # The publisher works while the command waits.
    of_command = SimpleNamespace(**vars(time) | {"sleep": lambda seconds: watcher.look()})
    monkeypatch.setattr(by_command, "time", of_command)
    call_command("publish")
    output = capsys.readouterr().out
    assert "Stopped because something was withdrawn. The withdrawal is published first." in output
    assert "Waiting for the publisher to take the withdrawn content off every page." in output
    assert "Started again at " in output
    assert "Published edition 3" in output
    assert PublicationRequest.objects.get().report["number"] == 2
    assert not is_shown(GALOP, 2)
    assert WORDS not in words(2)
    assert not is_shown(GALOP, 3)
    assert WORDS in words(3)


def test_if_no_publisher_is_running_a_command_publishes_the_withdrawal_itself(
    editions, admin, at, capsys
):
    Guide.objects.filter(slug="consent").update(body_en=WORDS)
    at(progress.MAKING, lambda: withdraw(admin))
    call_command("publish")
    assert "Published edition 3" in capsys.readouterr().out
    assert not is_shown(GALOP, 2)
    assert WORDS not in words(2)
    assert WORDS in words(3)


def test_a_request_made_while_a_command_publishes_waits_until_it_has_finished(editions, admin):
    Guide.objects.filter(slug="consent").update(body_en=WORDS)
    request = ask_for(Kind.RELEASE, "anna")
    watcher = Watcher()
    with locking.lock():
        watcher.look()
        request.refresh_from_db()
        assert (request.state, request.report) == (State.WAITING, {})
        # Even if the command has only just begun.
        watcher.answer(request)
        assert (request.state, request.report) == (State.WAITING, {})
    watcher.look()
    assert WORDS in words()


# Without a database, without an edition


def test_a_database_that_fails_meanwhile_stops_nothing(editions, at, monkeypatch):
    monkeypatch.setattr(connection, "close", lambda: None)  # The test's own.
    Guide.objects.filter(slug="consent").update(body_en=WORDS)
    asked = []

    def dead(execute, sql, params, many, context):
        asked.append(sql)
        raise OperationalError("The server closed the connection.")

    at(progress.MAKING, lambda: connection.execute_wrappers.append(dead))
    try:
        publish.publish()
    finally:
        connection.execute_wrappers.clear()
    assert any("withdrawal" in sql for sql in asked)
    assert WORDS in words()


def test_the_first_edition_starts_again_without_what_is_withdrawn_meanwhile(
    editions, admin, at, settings, tmp_path
):
    settings.EDITIONS_DIR = tmp_path / "none"
    locking.check_writable()
    ask_for(Kind.RELEASE, "anna")
    at(progress.MAKING, lambda: withdraw(admin), is_far=lambda step: step["done"] > 5)
    watcher = Watcher()
    watcher.look()
    assert store.numbers() == []
    watcher.look()
    assert not is_shown(GALOP, 1)
    watcher.look()
    assert not is_shown(GALOP, 2)
    assert not PublicationRequest.objects.exclude(state=State.DONE).exists()


def test_a_first_edition_that_is_killed_leaves_none_and_the_next_is_complete(
    content_file, db, settings, tmp_path
):
    if content_file is None:
        pytest.skip("Another process needs a database of its own.")
    settings.EDITIONS_DIR = tmp_path / "editions"
    environment = os.environ | {
        "EDITIONS_DIR": str(settings.EDITIONS_DIR),
        "DATABASE_URL": f"sqlite:///{tmp_path}/content.sqlite3",
        "BUILT_LANGUAGES": "en",
    }
    (tmp_path / "content.sqlite3").write_bytes(content_file.read_bytes())

    def start():
        return subprocess.Popen(
            [sys.executable, "manage.py", "publish"],
            cwd=project.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    process = start()
    while not any(
        file.stat().st_size > 50 for file in settings.EDITIONS_DIR.glob(".work-*/.made-*")
    ):
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert store.current() is None
    assert store.numbers() == []
    assert [fault.words for fault in health.faults()] == [
        "There is no edition yet: readers see what is saved. Publish one."
    ]
    assert Client().get("/help-now/").status_code == 200
    output, _ = start().communicate()
    assert b"Published edition 1" in output
    assert integrity.damage_of(store.current()) is None
    assert not list(settings.EDITIONS_DIR.glob(".*"))
