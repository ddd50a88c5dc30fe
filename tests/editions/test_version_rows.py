"""Versions become the rows of an edition, and an edition's rows the same versions again."""

import pytest
from django.db import connections

from contacts.models import Schedule
from helphub.content import registry
from helphub.editions import bake, choice, readers_content, standing, store, version_rows
from helphub.history import snapshots, versions
from helphub.history.recording import catch_up
from services.models import Service, Suggestion
from strategy.models import Guide
from tests.support.places import PUBLIC, place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def without_own_keys(rows):
    """Rows that can be compared: the keys of many-to-many rows mean nothing."""
    return {
        model: sorted(
            [
                tuple(row[f.attname] for f in model._meta.fields if not f.primary_key)
                for row in table.values()
            ]
        )
        if model._meta.auto_created
        else table
        for model, table in rows.items()
    }


def states():
    return {
        (model._meta.label_lower, key): state
        for model in snapshots.records()
        if model in registry.content_models()
        for key, state in snapshots.read(model).items()
    }


def test_the_rows_of_all_versions_are_the_rows_of_the_database():
    place("h-galop", **PUBLIC).save()
    saved = bake.read(connections["default"])
    assert without_own_keys(version_rows.rows_of(states())) == without_own_keys(saved)


def test_the_versions_in_an_editions_rows_say_what_the_database_says():
    place("h-galop", **PUBLIC).save()
    read_back = version_rows.states_of(bake.read(connections["default"]))
    saved = states()
    assert read_back.keys() == saved.keys()
    assert [name for name in saved if read_back[name].fingerprint != saved[name].fingerprint] == []


def test_every_row_of_the_content_belongs_to_a_record():
    saved = bake.read(connections["default"])
    rows = version_rows.rows_of(version_rows.states_of(saved))
    assert {model: len(table) for model, table in rows.items()} == {
        model: len(table) for model, table in saved.items()
    }
    assert rows[Schedule]
    assert rows[Suggestion]


def test_a_field_that_a_version_does_not_have_gets_its_default():
    state = snapshots.read_one(Service, Service.objects.first().pk)
    del state.fields["is_own_behaviour"], state.fields["notice_en"]
    (row,) = version_rows.rows_of({("services.service", 1): state})[Service].values()
    assert row["is_own_behaviour"] is False
    assert not row["notice_en"]


def test_an_entry_that_is_left_out_keeps_its_previous_rows(editions):
    before = readers_content.rows_of(store.current())
    guide = Guide.objects.get(slug="just-happened")
    suggested = set(guide.suggestions.values_list("service_id", flat=True))
    assert suggested
    guide.suggestions.all().delete()
    Guide.objects.filter(pk=guide.pk).update(name_en="Another name")
    catch_up()
    everything = choice.Choice(store.current(), None)
    rows = version_rows.rows_of(everything.states([]))
    assert rows[Guide][guide.pk]["name_en"] == "Another name"
    assert not [row for row in rows[Suggestion].values() if row["guide_id"] == guide.pk]
    rows = version_rows.rows_of(everything.states([("strategy.guide", guide.pk)]))
    assert rows[Guide][guide.pk] == before[Guide][guide.pk]
    again = [row for row in rows[Suggestion].values() if row["guide_id"] == guide.pk]
    assert {row["service_id"] for row in again} == suggested


def test_a_version_that_is_no_longer_kept_is_read_from_the_edition(editions):
    guide = Guide.objects.get(slug="consent")
    name = ("strategy.guide", guide.pk)
    Guide.objects.filter(pk=guide.pk).update(name_en="Another name")
    catch_up()
    now = standing.Standing(store.current())
    before = now.before(name)
    versions.of_record(Guide, guide.pk).filter(fingerprint=before.fingerprint).delete()
    now = standing.Standing(store.current())
    assert now.before(name).fields["name_en"] == before.fields["name_en"] != "Another name"
