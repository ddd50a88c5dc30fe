"""Publishing: readers get what officers release, whole or not at all."""

import errno
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.http import HttpResponse

from contacts.models import ApprovedNumber, Phone
from helphub.content import clock, registry
from helphub.editions import (
    answers,
    errors,
    health,
    integrity,
    locking,
    makers,
    manifests,
    page_files,
    publish,
    serve,
    shares,
    sources,
    state_files,
    store,
    up_to_date,
)
from helphub.editions.refusals import Refusal
from helphub.management.commands import build_pages
from helphub.management.commands import publish as command
from helphub.middleware import emergency_answer
from helphub.search.models import Synonym
from services.models import Service
from strategy.models import FormOfAbuse, Guide

pytestmark = [pytest.mark.django_db, pytest.mark.languages("en", "ur")]


def page(address, number=None):
    folder = store.folder_of(number) if number else store.current()
    return (folder / "pages" / page_files.file_of(address)).read_text()


def without_day(html):
    """A page without the day it dates from."""
    return page_files.DAY.sub(b"", html.encode())


def manifest(number):
    return manifests.read_manifest(store.folder_of(number))


def test_an_edition_has_a_page_for_every_address_in_every_language(editions):
    pages = manifests.pages_of(store.current())
    html = {a for a, entry in pages.items() if page_files.is_html(entry) and entry["status"] == 200}
    for code in project.BUILT_LANGUAGES:
        prefix = "" if code == "en" else f"/{code}"
        for address in ("/", "/help-now/", "/topics/law/", "/services/", "/find/", "/contacts/"):
            assert prefix + address in html
    assert {"/robots.txt", "/sitemap.xml", "/404.html", "/emergency/", "/stalking"} <= set(pages)
    assert not [a for a in pages if a.startswith(("/admin", "/healthz"))]
    for entry in pages.values():
        if entry["file"]:
            for suffix in ("", ".gz", ".br"):
                assert (store.current() / "pages" / (entry["file"] + suffix)).exists()
    # Built as readers request it: over https, at the public name.
    assert "https://localhost/sitemap.xml" in page("/robots.txt")


def test_a_page_of_an_edition_is_the_page_that_is_rendered_live(
    editions, settings, client, tmp_path
):
    printed = {address: page(address) for address in ("/", "/ur/topics/law/", "/contacts/")}
    settings.EDITIONS_DIR = tmp_path / "none"
    with clock.fixed(clock.first_of_block()):  # When it was made.
        for address, html in printed.items():
            assert client.get(address).content.decode() == html


def test_unchanged_pages_are_not_made_again(editions, made):
    done = publish.publish(who="me", why="again")
    assert done.number == 2
    assert not any(made)
    assert done.changes == {"added": [], "gone": [], "changed": []}
    assert (manifest(2)["who"], manifest(2)["why"], manifest(2)["before"]) == (
        "me",
        "again",
        "000001",
    )


def test_no_two_editions_share_a_file(editions):
    publish.publish()
    for path in store.folder_of(2).rglob("*"):
        assert path.is_dir() or path.stat().st_nlink == 1, path
    # Writing over a file in place alters it in this edition only.
    file = store.folder_of(2) / "pages/topics/law.html"
    file.write_text("altered")
    assert integrity.damage_of(store.folder_of(1)) is None
    assert integrity.damage_of(store.folder_of(2)) == "pages/topics/law.html"


def test_one_changed_entry_changes_its_pages_and_no_others(editions):
    Guide.objects.filter(slug="consent").update(summary_en="Only here.", body_en="Other words.")
    done = publish.publish()
    assert "Other words." in page("/guides/consent/")
    assert "Other words." not in page("/guides/consent/", 1)
    assert "/guides/consent/" in done.changes["changed"]
    assert "/guides/" in done.changes["changed"]
    assert "/topics/law/" not in done.changes["changed"]
    assert "/contacts/" not in done.changes["changed"]
    # Pages taken over match pages made from nothing.
    taken = {a: entry["sha256"] for a, entry in manifests.pages_of(store.current()).items()}
    (store.current() / answers.FILE).unlink()
    publish.publish(sources.CURRENT)
    assert {a: entry["sha256"] for a, entry in manifests.pages_of(store.current()).items()} == taken


def test_a_page_keeps_its_date_only_if_its_headers_are_the_same_too(tmp_path):
    def printed(name, day, policy, before=None, old=None):
        html = f'<time datetime="{day}">A day</time>'
        response = HttpResponse(html, headers={"Content-Security-Policy": policy})
        return page_files.print_page(tmp_path / name, "/a/", response, before, old)

    old = printed("old", "2026-03-01", "default-src 'self'")
    before = tmp_path / "old"
    assert printed("same", "2026-03-02", "default-src 'self'", before, old) == old
    new = printed("new", "2026-03-02", "default-src 'none'", before, old)
    assert new["headers"]["Content-Security-Policy"] == "default-src 'none'"
    assert "2026-03-02" in (tmp_path / "new/pages/a.html").read_text()


def test_an_altered_file_is_not_carried_over(editions):
    path = store.folder_of(1) / "pages/topics/law.html"
    original = path.read_text()
    path.unlink()
    path.write_text("altered")
    publish.publish()
    assert without_day(page("/topics/law/")) == without_day(original)


def test_the_next_edition_repairs_shared_damage_and_writes_nothing_in_place(editions):
    pages = store.folder_of(1) / "pages/topics"
    originals = {path.name: path.read_bytes() for path in pages.glob("law.html*")}
    assert len(originals) == 3
    # In place, so every link to this file has the damage.
    for name in ("law.html.gz", "law.html.br"):
        (pages / name).write_bytes(b"altered")
    publish.publish()
    made = store.current() / "pages/topics"
    assert {path.name for path in made.glob("law.html*")} == set(originals)
    before, after = originals["law.html"].decode(), (made / "law.html").read_text()
    assert without_day(after) == without_day(before)
    assert serve.Edition(store.current())
    # Even the undamaged files are separate from the ones written now.
    for name in originals:
        assert (pages / name).stat().st_ino != (made / name).stat().st_ino


def test_saving_alone_changes_nothing_for_readers(editions, client):
    Guide.objects.filter(slug="consent").update(name_en="Only saved")
    assert "Only saved" not in client.get("/guides/consent/").content.decode()
    publish.publish()
    assert "Only saved" in client.get("/guides/consent/").content.decode()


def test_a_new_days_edition_has_nothing_saved_since_the_last_one(editions):
    Guide.objects.filter(slug="consent").update(body_en="Not approved yet.")
    Phone.objects.filter(role="spoc").update(dial="01384455141", display="01384 455141")
    done = publish.publish(sources.CURRENT, who="the clock")
    assert done.changes["changed"] == []
    assert "Not approved yet." not in page("/guides/consent/")


def test_a_wrong_digit_in_the_single_point_of_contact_is_refused(editions, client):
    Phone.objects.filter(role="spoc").update(dial="01384455141", display="01384 455141")
    with pytest.raises(publish.RefusedError, match="shows 01384 455141") as refused:
        publish.publish()
    (refusal,) = refused.value.refusals
    assert refusal.is_critical
    assert store.number_of(store.current()) == 1
    assert store.numbers() == [1]
    assert state_files.last()["state"] == "refused"
    # No reason gets it through.
    with pytest.raises(publish.RefusedError):
        publish.publish(force="It is urgent.")
    # Once it is approved, it is published.
    call_command("approve_number", "h-spoc", "--no-input", "--who", "Al", "--second", "Jo")
    publish.publish()
    assert "01384 455141" in page("/topics/law/")
    assert "01384 455141" in (store.current() / "critical_numbers.json").read_text()
    assert state_files.last()["state"] == "done"


def test_an_entry_with_a_fault_is_left_out_and_the_others_are_published(editions):
    Guide.objects.filter(slug="consent").update(title="After rape", body_en="New words.")
    FormOfAbuse.objects.filter(slug="law").update(summary_en="Another summary.")
    done = publish.publish()
    (refusal,) = done.left_out
    assert refusal.record.name == Guide.objects.get(slug="consent").name
    assert "says “rape”" in refusal.why
    assert "New words." not in page("/guides/consent/")
    assert without_day(page("/guides/consent/")) == without_day(page("/guides/consent/", 1))
    assert "Another summary." in page("/topics/")
    assert manifest(2)["held"]


def test_a_new_entry_that_is_left_out_has_no_page(editions):
    guide = Guide.objects.get(slug="consent")
    guide.pk, guide.slug, guide.title, guide.name_en = None, "new", "After rape", "New"
    guide.save()
    done = publish.publish()
    assert [refusal.record.name for refusal in done.left_out] == ["New"]
    assert "/guides/new/" not in manifests.pages_of(store.current())
    assert "/guides/new/" not in page("/guides/")


def test_a_link_to_an_unpublished_page_is_refused_and_both_are_named(editions):
    FormOfAbuse.objects.filter(slug="marriage").update(is_published=False)
    with pytest.raises(publish.RefusedError) as refused:
        publish.publish()
    assert any("{topic:marriage}" in refusal.why for refusal in refused.value.refusals)
    assert all(refusal.record.name for refusal in refused.value.refusals)
    assert store.numbers() == [1]


def test_a_reason_lets_other_faults_through_and_is_recorded(editions):
    FormOfAbuse.objects.filter(slug="marriage").update(is_published=False)
    publish.publish(force="The court says so.")
    assert "/topics/marriage/" not in manifests.pages_of(store.current())
    assert manifest(2)["forced"] == "The court says so."


def test_losing_a_tenth_of_the_pages_needs_a_reason(editions):
    Service.objects.exclude(line__in=["h-spoc", "h-999", "h-rcew247"]).update(is_published=False)
    with pytest.raises(publish.RefusedError):
        publish.publish()


def test_an_edition_contains_nothing_that_its_pages_do_not_need(editions):
    content = (store.current() / "content.sqlite3").read_bytes()
    for table in (b"auth_user", b"django_session", b"helphub_loadedrow", b"approvednumber"):
        assert table not in content
    Synonym.objects.update(is_published=False)
    Guide.objects.filter(slug="consent").update(body_en="A secret draft.", is_published=False)
    with pytest.raises(publish.RefusedError):
        publish.publish()
    publish.publish(force="A test.")
    for path in store.current().rglob("*"):
        if path.is_file() and path.suffix in {".html", ".sqlite3", ".json"}:
            assert b"A secret draft." not in path.read_bytes(), path


def test_a_line_without_a_number_of_its_own_is_not_a_fault(editions):
    assert publish.publish().left_out == []


# Killed midway, twice at once, no space


@pytest.fixture
def elsewhere(editions, tmp_path):
    """manage.py publish --time-only in its own process, without a database."""
    environment = os.environ | {
        "EDITIONS_DIR": str(editions),
        "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3",
    }

    def start(*more, **options):
        return subprocess.Popen(
            [sys.executable, "manage.py", "publish", *more],
            cwd=project.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )

    return start


def finish(process):
    output, _ = process.communicate()
    return output.decode()


def test_a_new_days_hours_need_no_database(elsewhere):
    process = elsewhere("--time-only")
    assert "Published edition 2" in finish(process)
    assert store.number_of(store.current()) == 2


def test_the_current_edition_is_complete_whenever_a_publication_is_killed(elsewhere, editions):
    for seconds in (3.0, 1.6, 0.8, 0.4, 0.1, 0):
        # Make everything again, so there is plenty to interrupt. A fast machine may finish first.
        (store.current() / answers.FILE).unlink(missing_ok=True)
        before = set(editions.glob(".work-*"))
        process = elsewhere("--time-only")
        while not set(editions.glob(".work-*")) - before:
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        finish(process)
        server = serve.Server(None, emergency_answer)
        assert server.current().folder == store.current()
        assert "/topics/law/" in server.current().pages
    assert list(editions.glob(".work-*"))
    with locking.lock():
        assert not list(editions.glob(".work-*"))


def test_two_publications_never_run_at_once(elsewhere, editions):
    with locking.lock():
        process = elsewhere("--time-only")
        assert "Another publication is running" in finish(process)
        assert process.returncode != 0
    assert store.numbers() == [1]


def test_without_disk_space_everything_stays_as_it_was(editions, monkeypatch, capsys):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shares, "run", full)
    (store.folder_of(1) / answers.FILE).unlink()
    with pytest.raises(CommandError, match="The disk is full"):
        call_command("publish")
    assert state_files.last()["state"] == "failed"
    assert "The disk is full" in health.faults()[0].words
    assert store.numbers() == [1]
    assert not list(editions.glob(".work-*"))


@pytest.mark.parametrize("has_content", [False, True])
def test_a_full_disk_leaves_nothing_half_made(elsewhere, editions, has_content):
    # Limit the size of any file: either the content or the pages do not fit.
    process = elsewhere("--time-only")
    while has_content and not list(editions.glob(".work-*/find.sqlite3")):
        assert process.poll() is None
        time.sleep(0.01)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (20_000, 20_000))
    output = finish(process)
    assert process.returncode != 0
    assert re.search("The disk .*(is full|could not be written)", output)
    assert "Readers keep the edition they have." in output
    assert "Traceback" not in output
    assert store.numbers() == [1]
    assert not [path.name for path in editions.glob(".*")]
    assert serve.Edition(store.current())


def test_a_page_maker_on_a_full_disk_reports_it_by_exit_status(monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shares, "build_share", full)
    assert build_pages.Command.make_share(0, None) in shares.FULL


def test_pages_are_made_by_the_public_role_alone(editions, settings):
    settings.EDITION = editions
    with pytest.raises(CommandError, match="public role"):
        call_command("build_pages")


@pytest.fixture
def made_with_a_maker(editions):
    """Makes the current edition's pages again in a separate folder, with this maker."""

    def make(addresses, meanwhile=lambda folder: None):
        with store.work_folder() as work:
            for name in ("content.sqlite3", "critical_numbers.json"):
                shutil.copy(store.current() / name, work)
            threading.Timer(1, meanwhile, [work]).start()
            return shares.run(work, None, addresses)

    yield make
    makers.end()


def test_page_makers_are_started_once(made_with_a_maker):
    made_with_a_maker(["/"])
    first = makers._kept["maker"].process.pid
    (share,) = made_with_a_maker(["/contacts/", "/topics/law/"])
    assert set(share["pages"]) == {"/contacts/", "/topics/law/"}
    assert makers._kept["maker"].process.pid == first


def test_page_makers_that_were_stopped_are_started_again(made_with_a_maker):
    made_with_a_maker(["/"])
    os.kill(makers._kept["maker"].process.pid, signal.SIGKILL)
    makers._kept["maker"].process.wait()
    assert made_with_a_maker(["/"])


@pytest.mark.parametrize("whom", ["all", "a child"])
def test_pages_of_a_maker_that_is_stopped_are_reported_missing(made_with_a_maker, whom):
    made_with_a_maker(["/"])
    maker = makers._kept["maker"].process.pid

    def kill(folder):
        children = subprocess.run(["pgrep", "-P", str(maker)], capture_output=True, text=True)
        os.kill(maker if whom == "all" else int(children.stdout.split()[0]), signal.SIGKILL)

    with pytest.raises(shares.BuildError, match="killed from outside"):
        made_with_a_maker(["/contacts/"] * 2_000, kill)


def test_page_makers_stop_when_their_publisher_does(elsewhere, editions):
    (store.folder_of(1) / answers.FILE).unlink()
    process = elsewhere("--time-only")
    makers_of = ["pgrep", "-f", "manage.py build_pages", "-P", str(process.pid)]
    while not (
        process_ids := subprocess.run(makers_of, capture_output=True, text=True).stdout.split()
    ):
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    finish(process)
    for _ in range(100):
        if not Path(f"/proc/{process_ids[0]}").exists():
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{process_ids[0]}").exists()


def test_no_pages_are_made_for_a_publisher_that_was_stopped(editions, settings):
    with store.work_folder() as work:
        settings.EDITION = work
        (work / ".share-0").write_text(
            json.dumps([os.getppid() + 1, clock.today().isoformat(), False, ["/"]])
        )
        shutil.copy(store.current() / "content.sqlite3", work)
        with pytest.raises(shares.BuildError, match="publisher has ended"):
            shares.build_share(0)
        assert not (work / "pages").exists()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, "No space left on device", "/x"), "The disk is full"),
        (OperationalError("database or disk is full"), "The disk is full"),
        (
            shares.BuildError("Traceback\n  x\nOSError: [Errno 27] File too large"),
            "The disk is full",
        ),
        (OperationalError("could not connect"), "Check that the database is available"),
        (OSError(30, "Read-only file system", "/x"), r"not be written \(Read-only file system\)"),
        (shares.BuildError("Traceback\n  x\nKeyError: 7"), "could not be made: KeyError: 7"),
        (store.StoreError("Do this."), "^Do this.$"),
        (KeyError("x"), "A fault in this program"),
    ],
)
def test_a_failure_is_explained_in_words(error, message):
    words = errors.in_words(error)
    assert re.search(message, words)
    assert "Traceback" not in words


def test_a_fault_while_making_pages_says_what_it_was(editions, monkeypatch):
    monkeypatch.setattr(project, "BASE_DIR", project.BASE_DIR / "nowhere")
    (store.folder_of(1) / answers.FILE).unlink()
    with pytest.raises(CommandError):
        call_command("publish")


# The command


def test_the_command_says_what_it_did(editions, capsys):
    call_command("publish", "--why", "A test")
    assert "Published edition 2: 0 added, 0 gone, 0 changed" in capsys.readouterr().out
    assert manifest(2)["why"] == "A test"


def test_the_command_names_what_to_correct_and_fails(editions):
    Phone.objects.filter(role="spoc").update(dial="01384455141", display="01384 455141")
    with pytest.raises(CommandError, match="Readers keep the edition they have"):
        call_command("publish")


def test_if_needed_publishes_once_for_each_release(editions, capsys, monkeypatch):
    call_command("publish", "--if-needed")
    assert "Readers have edition 1" in capsys.readouterr().out
    # An edition that cannot be read does not count.
    (store.folder_of(1) / "content.sqlite3").write_bytes(b"")
    call_command("publish", "--if-needed")
    assert store.number_of(store.current()) == 2
    monkeypatch.setattr(up_to_date, "is_of_this_code", lambda folder: False)
    Guide.objects.filter(slug="consent").update(body_en="Not approved yet.")
    call_command("publish", "--if-needed")
    assert store.number_of(store.current()) == 3
    assert "Not approved yet." not in page("/guides/consent/")


def test_progress_is_shown_on_a_terminal_only(capsys, monkeypatch):
    assert command.Command()._progress() is None
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    command.Command()._progress()(1, 2)
    assert "1/2 pages" in capsys.readouterr().err


# Approvals


def test_the_first_load_approves_what_help_now_shows(db):
    approved = ApprovedNumber.objects.by_line()
    assert {"h-999", "h-spoc", "h-rcew247", "h-samaritans", "h-childline"} <= set(approved)
    for line, row in approved.items():
        phone = Phone.objects.get(slug=line)
        assert (row.dial, row.display) == (phone.dial, phone.display)


def test_saving_a_number_approves_nothing(db):
    count = ApprovedNumber.objects.count()
    Phone.objects.get(slug="h-spoc").save()
    assert ApprovedNumber.objects.count() == count


def test_an_approval_cannot_be_changed_or_deleted(db):
    row = ApprovedNumber.objects.first()
    with pytest.raises(Exception, match="cannot be changed"):
        row.save()
    with pytest.raises(Exception, match="cannot be deleted"):
        row.delete()


def test_a_number_is_approved_by_typing_it(db, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "01384 455141")
    with pytest.raises(CommandError, match="Nothing was approved"):
        call_command("approve_number", "h-spoc", "--who", "an officer", "--second", "another")
    monkeypatch.setattr("builtins.input", lambda _: "01384 455411")
    call_command("approve_number", "h-spoc", "--who", "an officer", "--second", "another")
    row = ApprovedNumber.objects.by_line()["h-spoc"]
    assert (row.proposed_by, row.who) == ("an officer", "another, by command")
    printed = capsys.readouterr().out
    assert "as proposed by an officer and approved by another, by command." in printed


def test_the_command_needs_two_different_people_to_approve_a_number(db):
    with pytest.raises(CommandError, match="--who"):
        call_command("approve_number", "h-spoc", "--no-input")
    with pytest.raises(CommandError, match="Name two different people"):
        call_command("approve_number", "h-spoc", "--no-input", "--who", "Jo", "--second", " jo ")


def test_an_unknown_line_cannot_be_approved(db):
    with pytest.raises(CommandError, match="There is no number h-nobody"):
        call_command("approve_number", "h-nobody", "--who", "an officer", "--second", "another")


def test_refusals_survive_being_stored():
    refusal = Refusal("a", "b", ["/"], registry.Record("c.d", 1, "e"))
    assert Refusal.from_json(refusal.as_json()) == refusal


@pytest.mark.parametrize(
    ("source", "counted"),
    [
        (sources.RELEASED, ["entry", "all", "critical"]),
        (sources.CURRENT, ["all", "critical"]),
        (sources.WITHDRAWAL, ["critical"]),
    ],
)
def test_only_a_critical_number_stops_a_withdrawal(source, counted):
    refusals = [
        Refusal("entry", "", []),
        Refusal("all", "", [], stops=True),
        Refusal("critical", "", [], stops=True, is_critical=True),
    ]
    assert [refusal.rule for refusal in publish._that_count(refusals, source, "")] == counted
    assert [refusal.rule for refusal in publish._that_count(refusals, source, "why")] == [
        "critical"
    ]


def test_many_failing_pages_are_reported_and_nothing_hangs(editions):
    # Each failure writes a traceback: together they are more than a pipe holds.
    FormOfAbuse.objects.filter(slug="law").update(reference=None)
    for number in range(12):
        topic = FormOfAbuse.objects.get(slug="law")
        topic.pk, topic.slug, topic.title = None, f"copy-{number}", f"Copy {number}"
        topic.save()
    done = publish.publish()
    assert {refusal.rule for refusal in done.left_out} == {"answers"}
    assert "/topics/copy-1/" not in manifests.pages_of(store.current())


def test_a_page_that_never_finishes_is_given_up(editions, monkeypatch):
    monkeypatch.setattr(shares, "LONGEST_PAGE", 0)
    (store.folder_of(1) / answers.FILE).unlink()
    with pytest.raises(shares.BuildError, match="No page was made"):
        publish.publish()
    assert store.numbers() == [1]
