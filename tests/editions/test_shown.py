"""What readers have had: noted from each edition, and answered without opening one."""

import os
import shutil
import sqlite3
from importlib import import_module

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from helphub.editions import publish, rollback, shown, sources, store
from helphub.editions.models import NotedEdition, ReadersHad
from strategy.models import Guide
from tests.support.factories import make_guide

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def opened(monkeypatch):
    """The editions whose content was opened to look for a row."""
    names, connect = [], sqlite3.connect

    def noted(file, *arguments, **options):
        names.append(str(file).partition("?")[0].split("/")[-2])
        return connect(file, *arguments, **options)

    monkeypatch.setattr(sqlite3, "connect", noted)
    return names


@pytest.fixture
def consent(db):
    return Guide.objects.get(slug="consent")


@pytest.fixture
def draft(db):
    return make_guide(is_published=False)


def noted_names():
    return set(NotedEdition.objects.values_list("name", flat=True))


def test_without_editions_readers_have_what_is_saved(consent, draft):
    shown.note()
    assert shown.had_by_readers(consent)
    assert not shown.had_by_readers(draft)


def test_what_is_noted_is_answered_by_one_query_without_opening_an_edition(
    editions, consent, draft, opened, django_assert_num_queries
):
    shown.note()
    opened.clear()
    with django_assert_num_queries(1):
        assert shown.had_by_readers(consent)
    with django_assert_num_queries(1):
        assert not shown.had_by_readers(draft)
    assert opened == []


def test_it_stays_so_once_unpublished_and_every_edition_erased(editions, consent):
    shown.note()
    Guide.objects.filter(pk=consent.pk).update(is_published=False)
    consent.refresh_from_db()
    shutil.rmtree(store.folder_of(1))
    assert shown.had_by_readers(consent)


def test_an_edition_that_is_not_noted_answers_from_its_file(editions, consent, draft, opened):
    assert shown.had_by_readers(consent)
    assert not shown.had_by_readers(draft)
    assert opened == ["000001"] * 2


def test_only_the_editions_that_are_not_noted_are_opened(editions, draft, opened):
    shown.note()
    shutil.copytree(store.folder_of(1), store.folder_of(2))
    opened.clear()
    assert not shown.had_by_readers(draft)
    assert opened == ["000002"]


@pytest.mark.parametrize("harm", ["torn", "deleted", "emptied", "without a table"])
def test_an_edition_that_cannot_be_read_counts_as_showing_everything(editions, draft, harm):
    shown.note()
    path = store.folder_of(1) / "content.sqlite3"
    whole = path.read_bytes()
    path.unlink()
    if harm == "without a table":
        path.write_bytes(whole)
        with sqlite3.connect(path) as file:
            file.execute("DROP TABLE strategy_guide")
        file.close()
    elif harm != "deleted":
        path.write_bytes(b"This is no database." * 1000 if harm == "torn" else b"")
    assert shown.had_by_readers(draft)
    # Noting cannot make it easier to delete.
    shown.note()
    assert noted_names() == set()
    assert shown.had_by_readers(draft)


def test_an_edition_counts_only_with_the_content_it_was_noted_from(editions, draft, opened):
    shown.note()
    path = store.folder_of(1) / "content.sqlite3"
    with sqlite3.connect(path) as file:
        file.execute("UPDATE strategy_guide SET id = ? WHERE slug = 'consent'", [draft.pk])
    file.close()
    os.utime(path, ns=(1, 1))
    assert shown.had_by_readers(draft)
    shown.note()
    opened.clear()
    assert shown.had_by_readers(draft)
    assert opened == []
    assert NotedEdition.objects.count() == 1


def unreachable(execute, sql, params, many, context):
    raise OperationalError("The server closed the connection.")


def test_what_is_published_without_a_database_is_noted_by_the_next_publication(
    editions, consent, draft
):
    with connection.execute_wrapper(unreachable):
        assert publish.publish(sources.WITHDRAWAL).number == 2
    assert store.number_of(store.current()) == 2
    assert noted_names() == set()
    assert shown.had_by_readers(consent)
    assert publish.publish(sources.WITHDRAWAL).number == 3
    assert noted_names() == {"000001", "000002", "000003"}
    assert ReadersHad.objects.filter(label="strategy.guide", key=consent.pk).count() == 1
    assert not shown.had_by_readers(draft)


def test_going_back_notes_what_readers_have_again(editions, consent):
    rollback.roll_back(1, "an officer", "A test")
    assert noted_names() == {"000001"}
    assert ReadersHad.objects.filter(label="strategy.guide", key=consent.pk).exists()


# The migration

migration = import_module("helphub.editions.migrations.0003_what_readers_had")


def test_the_migration_notes_what_kept_editions_show(editions, consent):
    migration.note_what_kept_editions_show(apps, None)
    assert noted_names() == {"000001"}
    assert ReadersHad.objects.filter(label="strategy.guide", key=consent.pk).exists()


@pytest.mark.parametrize("place", ["nowhere", "no folder"])
def test_the_migration_passes_where_there_are_no_editions(db, settings, tmp_path, place):
    settings.EDITIONS_DIR = tmp_path / place
    if place == "no folder":
        settings.EDITIONS_DIR.write_text("")
    migration.note_what_kept_editions_show(apps, None)
    assert not ReadersHad.objects.exists()
