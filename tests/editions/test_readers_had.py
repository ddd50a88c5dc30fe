"""What readers have had: noted at each switch, so that it can be unpublished but not deleted."""

import json
import shutil
from importlib import import_module

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from helphub.editions import publish, readers_had, rollback, sources, store
from helphub.editions.models import ReadersHad
from helphub.history.recording import catch_up
from strategy.models import Guide
from tests.support.factories import make_guide

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def consent(db):
    return Guide.objects.get(slug="consent")


@pytest.fixture
def draft(db):
    return make_guide(is_published=False)


def is_noted(row):
    return ReadersHad.objects.filter(label="strategy.guide", key=row.pk).exists()


def test_without_editions_readers_have_what_is_saved(consent, draft):
    readers_had.note()
    assert readers_had.had_by_readers(consent)
    assert not readers_had.had_by_readers(draft)
    assert not ReadersHad.objects.exists()


def test_what_is_noted_is_answered_by_one_query(
    editions, consent, draft, django_assert_num_queries
):
    readers_had.note()
    with django_assert_num_queries(1):
        assert readers_had.had_by_readers(consent)
    with django_assert_num_queries(1):
        assert not readers_had.had_by_readers(draft)


def test_it_stays_so_once_unpublished_and_every_edition_erased(editions, consent):
    readers_had.note()
    Guide.objects.filter(pk=consent.pk).update(is_published=False)
    consent.refresh_from_db()
    shutil.rmtree(store.folder_of(1))
    assert readers_had.had_by_readers(consent)


def test_an_edition_that_is_not_noted_answers_itself(editions, consent, draft):
    assert not is_noted(consent)
    assert readers_had.had_by_readers(consent)
    assert not readers_had.had_by_readers(draft)


@pytest.mark.parametrize("harm", ["torn", "deleted", "of an earlier release"])
def test_if_the_edition_cannot_say_readers_may_have_had_everything(editions, draft, harm):
    path = store.folder_of(1) / "manifest.json"
    manifest = json.loads(path.read_text())
    if harm == "deleted":
        path.unlink()
    elif harm == "torn":
        path.write_text("{")
    else:
        del manifest["versions"]
        path.write_text(json.dumps(manifest))
    assert readers_had.had_by_readers(draft)
    readers_had.note()
    assert not ReadersHad.objects.exists()


def unreachable(execute, sql, params, many, context):
    raise OperationalError("The server closed the connection.")


def test_what_is_published_without_a_database_is_noted_by_the_next_publication(
    editions, consent, draft
):
    with connection.execute_wrapper(unreachable):
        assert publish.publish(sources.WITHDRAWAL).number == 2
    assert store.number_of(store.current()) == 2
    assert not is_noted(consent)
    assert readers_had.had_by_readers(consent)
    assert publish.publish(sources.WITHDRAWAL).number == 3
    assert is_noted(consent)
    assert not is_noted(draft)


def test_a_publication_notes_what_is_new_in_it(editions, draft):
    Guide.objects.filter(pk=draft.pk).update(is_published=True)
    catch_up()
    publish.publish()
    assert is_noted(draft)


def test_going_back_notes_what_readers_have_again(editions, consent):
    rollback.roll_back(1, "an officer", "A test")
    assert is_noted(consent)


# The migration

migration = import_module("helphub.editions.migrations.0003_what_readers_had")


def test_the_migration_notes_what_kept_editions_show(editions, consent, draft):
    migration.note_what_kept_editions_show(apps, None)
    assert is_noted(consent)
    assert not is_noted(draft)


@pytest.mark.parametrize("place", ["nowhere", "no folder", "damaged"])
def test_the_migration_passes_where_no_edition_can_be_read(db, settings, tmp_path, place):
    settings.EDITIONS_DIR = tmp_path / place
    if place == "no folder":
        settings.EDITIONS_DIR.write_text("")
    elif place == "damaged":
        (settings.EDITIONS_DIR / "000001").mkdir(parents=True)
        (settings.EDITIONS_DIR / "000001/content.sqlite3").write_bytes(b"no database" * 999)
    migration.note_what_kept_editions_show(apps, None)
    assert not ReadersHad.objects.exists()
