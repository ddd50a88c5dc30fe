"""The folder of editions: what is in it, what is wrong with it, and going back."""

import gzip
import json
import shutil
import threading
import time

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from contacts.models import ApprovedNumber, Phone
from helphub.content import registry, router
from helphub.editions import (
    carried_over,
    integrity,
    locking,
    manifests,
    publish,
    readers_content,
    rollback,
    serve,
    sources,
    spares,
    state_files,
    store,
    withdrawing,
)
from services.models import Audience, Service
from strategy.models import Guide

pytestmark = pytest.mark.django_db


def copy_as(*numbers):
    for number in numbers:
        shutil.copytree(store.folder_of(1), store.folder_of(number))


@pytest.fixture
def folder(settings, tmp_path):
    settings.EDITIONS_DIR = tmp_path / "editions"
    return settings.EDITIONS_DIR


def test_a_missing_folder_is_made(folder):
    assert store.current() is None
    assert store.numbers() == []
    with locking.lock():
        assert folder.is_dir()


def test_a_folder_that_cannot_be_written_is_refused_with_what_to_do(folder, settings):
    # A file in its place, because root can write to any folder.
    folder.write_text("")
    with pytest.raises(CommandError, match="set EDITIONS_DIR to another folder"):
        call_command("publish")
    with pytest.raises(CommandError, match="set EDITIONS_DIR to another folder"):
        call_command("publish", "--watch")


def test_strangers_files_are_never_touched(folder):
    folder.mkdir()
    (folder / "holiday.jpg").write_text("")
    with pytest.raises(CommandError, match=r"not editions: holiday\.jpg"):
        call_command("publish")
    assert (folder / "holiday.jpg").exists()


def test_a_manifest_from_the_future_says_what_to_do(editions):
    path = store.folder_of(1) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    (store.folder_of(1) / "manifest.json.gz").unlink()
    with pytest.raises(store.StoreError, match="Install that one, or publish again"):
        manifests.read_manifest(store.folder_of(1))
    with pytest.raises(CommandError, match="Install that one"):
        call_command("editions", "--roll-back", "1", "--why", "A test")


def test_a_torn_manifest_does_not_stop_the_next_publication(editions, capsys):
    (store.folder_of(1) / "manifest.json").write_text("{")
    (store.folder_of(1) / "manifest.json.gz").unlink()
    call_command("publish")
    assert store.number_of(store.current()) == 2
    call_command("editions")
    assert "cannot be read" in capsys.readouterr().out


def test_editions_take_no_more_disk_space_than_allowed(editions, settings):
    copy_as(2, 3, 4, 5, 6)
    store.switch(6)
    each = store.bytes_of(store.folder_of(6))
    assert each > 1_000_000
    settings.EDITIONS_MOST_MB = 3.5 * each / 1_000_000
    store.prune()
    assert store.numbers() == [4, 5, 6]
    # However small the limit, the edition that readers fall back to stays.
    settings.EDITIONS_MOST_MB = 0
    store.prune()
    assert store.numbers() == [5, 6]
    store.switch(5)
    for number in (7, 8):
        shutil.copytree(store.folder_of(6), store.folder_of(number))
    store.prune()
    assert store.numbers() == [5, 7, 8]


def test_a_publication_keeps_to_the_disk_limit(editions, settings):
    settings.EDITIONS_MOST_MB = 1
    for _ in range(3):
        publish.publish()
    assert store.numbers() == [3, 4]


def test_the_newest_fifty_are_kept_and_the_current_one(editions, monkeypatch):
    monkeypatch.setattr(store, "KEPT", 3)
    copy_as(2, 3, 4, 5, 6)
    store.prune()
    assert store.numbers() == [1, 4, 5, 6]


def test_there_is_a_current_edition_at_every_moment_of_a_change(editions):
    copy_as(2)
    is_over, seen = threading.Event(), set()

    def look():
        while not is_over.is_set():
            seen.add(store.current())

    reader = threading.Thread(target=look)
    reader.start()
    for turn in range(300):
        store.switch(1 + turn % 2)
    is_over.set()
    reader.join()
    assert seen == {store.folder_of(1), store.folder_of(2)}


def test_an_edition_is_complete_before_it_becomes_the_current_one(editions, monkeypatch):
    switch, damage_at_switch = store.switch, []

    def looked_at(number):
        damage_at_switch.append(integrity.damage_of(store.folder_of(number)))
        switch(number)

    monkeypatch.setattr(store, "switch", looked_at)
    publish.publish()
    assert damage_at_switch == [None]
    assert store.number_of(store.current()) == 2


def test_an_unfinished_edition_is_cleared_away(editions):
    store.folder_of(2).mkdir()
    (editions / ".work-0").mkdir()
    (editions / ".current-1").symlink_to("000001")
    with locking.lock():
        pass
    assert sorted(p.name for p in editions.iterdir() if p.is_dir()) == ["000001", "current"]


# Going back


@pytest.fixture
def second(editions):
    Guide.objects.filter(slug="consent").update(body_en="Of the second edition.")
    publish.publish()
    return editions


def words():
    return (store.current() / "pages/guides/consent.html").read_text()


def test_going_back_is_immediate_and_stays_until_lifted(second, capsys):
    started = time.perf_counter()
    call_command("editions", "--roll-back", "1", "--why", "A complaint")
    assert time.perf_counter() - started < 2
    assert "Of the second edition." not in words()
    assert state_files.pinned()["why"] == "A complaint"
    with pytest.raises(CommandError, match=r"went back to it \(A complaint\)"):
        call_command("publish")
    call_command("editions")
    assert "went back to edition 1" in capsys.readouterr().out
    # A new day's edition is made from what readers have.
    call_command("publish", "--time-only")
    assert "Of the second edition." not in words()
    assert state_files.pinned()["number"] == store.number_of(store.current()) == 3
    call_command("editions", "--lift")
    call_command("publish")
    assert "Of the second edition." in words()


def test_going_back_needs_a_reason_and_an_edition(second):
    with pytest.raises(CommandError, match="Say why"):
        call_command("editions", "--roll-back", "1")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("editions", "--roll-back", "77", "--why", "A test")


def test_going_back_is_checked_against_todays_approved_numbers(second):
    ApprovedNumber.objects.create(
        line="h-spoc", dial="01384000000", display="01384 000000", who="a test"
    )
    with pytest.raises(CommandError, match="the approved number is 01384 000000"):
        call_command("editions", "--roll-back", "1", "--why", "A test")
    assert store.number_of(store.current()) == 2
    assert state_files.pinned() is None


def test_going_back_to_an_edition_that_shows_something_withdrawn_leaves_it_out(second):
    phone = Phone.objects.get(slug="h-samaritans")
    withdrawing.withdraw(phone, "an officer", "It does not answer")
    rollback.roll_back(1, "an officer", "A complaint")
    assert store.number_of(store.current()) == 3
    assert "Of the second edition." not in words()
    for path in (store.current() / "pages").rglob("*.html"):
        assert "tel:116123" not in path.read_text(), path
    assert state_files.pinned()["number"] == 3


# Withdrawing


def pages_with(text):
    pages = store.current() / "pages"
    return [path for path in pages.rglob("*.html") if text in path.read_text()]


def test_a_withdrawn_number_leaves_every_page_and_publishes_no_saved_changes(second):
    Guide.objects.filter(slug="consent").update(body_en="Not approved yet.")
    assert pages_with("tel:116123")
    withdrawing.withdraw(Phone.objects.get(slug="h-samaritans"), "an officer", "It does not answer")
    done = publish.publish(sources.WITHDRAWAL)
    assert not pages_with("tel:116123")
    assert not pages_with("116 123")
    assert "Of the second edition." in words()
    # Older editions stay for officers but are never served.
    assert store.numbers() == [1, 2, 3]
    assert store.is_forbidden(store.folder_of(1))
    assert store.is_forbidden(store.folder_of(2))
    assert not store.is_forbidden(store.folder_of(done.number))
    # A release does not bring it back until the withdrawal is lifted.
    publish.publish(force="The texts still name it.")
    assert not pages_with("tel:116123")


def test_a_lifted_withdrawal_comes_back_with_the_next_release(editions):
    withdrawal = withdrawing.withdraw(
        Phone.objects.get(slug="h-samaritans"), "an officer", "A test"
    )
    publish.publish(sources.WITHDRAWAL)
    withdrawing.lift_withdrawal(withdrawal, "an officer")
    publish.publish()
    assert pages_with("tel:116123")


def test_another_line_replaces_a_withdrawn_single_point_of_contact(editions, client):
    withdrawing.withdraw(Phone.objects.get(slug="h-spoc"), "an officer", "Flooded")
    publish.publish(sources.WITHDRAWAL)
    assert not pages_with("tel:01384455411")
    html = (store.current() / "pages/topics/law.html").read_text()
    assert "The local number is not working just now" in html
    head = html.partition("<main")[0]
    assert "tel:08085002222" in head
    assert "tel:999" in head
    # Error pages say so too.
    trouble = client.get("/no-such-page/").content.decode()
    assert "tel:01384455411" not in trouble
    assert "tel:08085002222" in trouble
    assert "tel:08085002222" in client.get("/emergency/").content.decode()


def test_withdrawing_both_lines_is_refused(editions):
    for slug in ("h-spoc", "h-rcew247"):
        withdrawing.withdraw(Phone.objects.get(slug=slug), "an officer", "A test")
    with pytest.raises(publish.RefusedError, match="can be used in its place"):
        publish.publish(sources.WITHDRAWAL)
    assert store.number_of(store.current()) == 1


def test_a_withdrawn_entry_loses_its_page_and_every_link_to_it(editions):
    withdrawing.withdraw(Guide.objects.get(slug="consent"), "an officer", "A complaint")
    publish.publish(sources.WITHDRAWAL)
    assert "/guides/consent/" not in manifests.pages_of(store.current())
    assert not pages_with('href="/guides/consent/"')


def test_an_edition_that_holds_a_withdrawn_place_is_erased(editions, monkeypatch):
    # Groups of people stand in for places here: any place is treated the same way.
    monkeypatch.setattr(registry, "places", lambda: {"services.audience"})
    audience = Audience.objects.filter(services__isnull=False).first()
    withdrawing.withdraw(audience, "an officer", "Somebody could be found there")
    publish.publish(sources.WITHDRAWAL)
    assert store.numbers() == [2]
    with router.reading(store.current()):
        assert not Audience.objects.filter(pk=audience.pk).exists()
        assert not Service.audiences.through.objects.filter(audience_id=audience.pk).exists()


def test_going_back_to_what_was_withdrawn_works_once_the_withdrawal_is_lifted(second):
    withdrawal = withdrawing.withdraw(
        Phone.objects.get(slug="h-samaritans"), "an officer", "A test"
    )
    publish.publish(sources.WITHDRAWAL)
    withdrawing.lift_withdrawal(withdrawal, "an officer")
    # It no longer shows anything withdrawn, so readers' servers take it as it is.
    assert rollback.roll_back(1, "an officer", "A complaint") == 1
    assert serve.Edition(store.current()).folder == store.folder_of(1)
    assert "Of the second edition." not in words()
    assert pages_with("tel:116123")


def unreachable(execute, sql, params, many, context):
    raise OperationalError("The server closed the connection.")


def test_what_is_withdrawn_stays_withdrawn_without_a_database(second):
    withdrawing.withdraw(Phone.objects.get(slug="h-samaritans"), "an officer", "It does not answer")
    publish.publish(sources.WITHDRAWAL)
    with connection.execute_wrapper(unreachable):
        rollback.roll_back(1, "an officer", "A complaint")
    assert "Of the second edition." not in words()
    assert not pages_with("tel:116123")


@pytest.mark.parametrize("name", ["pages/index.html", "pages/index.html.br", "content.sqlite3"])
def test_going_back_to_an_altered_edition_is_refused(second, name):
    path = store.folder_of(1) / name
    path.write_bytes(path.read_bytes() + b" ")
    (store.folder_of(1) / "content.sqlite3.gz").unlink()
    with pytest.raises(store.StoreError, match="was altered"):
        rollback.roll_back(1, "an officer", "A test")
    assert store.number_of(store.current()) == 2
    assert state_files.pinned() is None


def test_readers_fall_back_to_older_editions_but_never_to_one_an_officer_left(editions):
    copy_as(2, 3)
    store.switch(2)
    assert store.newest_first() == [store.folder_of(2), store.folder_of(1)]
    (editions / "current").unlink()
    assert store.newest_first() == [store.folder_of(n) for n in (3, 2, 1)]
    state_files.pin(2, "an officer", "A complaint")
    assert store.newest_first() == [store.folder_of(n) for n in (2, 1)]


def test_the_next_edition_is_not_based_on_altered_content(second):
    path = store.folder_of(2) / "content.sqlite3"
    path.write_bytes(path.read_bytes() + b" ")
    assert readers_content.whole_edition() == store.folder_of(1)


@pytest.mark.parametrize("name", ["find.sqlite3", "critical_numbers.json", "facts.json.gz"])
def test_the_next_edition_has_the_newest_content_even_if_other_files_are_altered(second, name):
    path = store.folder_of(2) / name
    path.write_bytes(path.read_bytes() + b" ")
    assert readers_content.whole_edition() == store.folder_of(2)
    publish.publish(sources.CURRENT)
    assert "Of the second edition." in words()


@pytest.mark.parametrize("name", carried_over.AIDS)
def test_files_kept_for_the_next_edition_are_used_only_if_unaltered(editions, name):
    assert carried_over.aid(store.current(), name)
    carried_over.write_aid(store.current(), name, {"something": "else"})
    assert carried_over.aid(store.current(), name) == {}


def test_a_spare_with_other_content_is_not_put_back(editions):
    content = store.current() / integrity.CONTENT
    original = content.read_bytes()
    content.with_name(f"{integrity.CONTENT}.gz").write_bytes(gzip.compress(b"Something else."))
    assert spares.bring_back(store.current()) == []
    assert content.read_bytes() == original


def test_no_two_publications_work_in_the_same_folder(editions):
    with store.work_folder() as first:
        pass
    with store.work_folder() as second:
        assert first != second


def test_a_model_that_moved_is_found_under_its_new_name_in_files_of_earlier_releases(editions):
    path = store.folder_of(1) / "manifest.json"
    former = json.loads(path.read_text()) | {"withdrawn": [["helphub.synonym", 3]]}
    path.write_text(json.dumps(former))
    assert manifests.read_manifest(store.folder_of(1))["withdrawn"] == [["search.synonym", 3]]
    (settings.EDITIONS_DIR / "last.json").write_text('{"open": [{"chosen": ["helphub.synonym"]}]}')
    assert state_files.last()["open"] == [{"chosen": ["search.synonym"]}]
