"""Every page whose answers differ is made again."""

import os
import random
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import BooleanField, DateField
from django.http import Http404

from contacts.models import Organization, Phone, Schedule
from helphub.content import clock, memory
from helphub.content.entries import Entry
from helphub.editions import answers, manifests, page_files, publish, sources, store
from services import narrowing, public_urls
from services.models import Service
from services.models.service import card
from strategy.models import Guide
from tests.support.addresses import in_language, public_pages
from tests.support.changed_words import is_text
from tests.support.factories import make_guide

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SEEDS = range(8) if os.environ.get("FUZZ") else [1]


def html(address):
    return (store.current() / "pages" / page_files.file_of(address)).read_text()


def fingerprints():
    return {
        address: page["sha256"] for address, page in manifests.pages_of(store.current()).items()
    }


def test_changing_a_services_sentence_remakes_only_the_pages_that_show_it(editions, made):
    service = Service.objects.get(line="h-sbs")  # It has no number with a sentence.
    Service.objects.filter(pk=service.pk).update(summary_en="Another sentence altogether.")
    done = publish.publish()
    assert "Another sentence altogether." in html(service.get_absolute_url())
    (made,) = made
    lists = [address for address in made if address.startswith("/list/")]
    assert lists
    for address in lists:
        assert "Another sentence altogether." in html(address)
    # Pages that only name it ask for its name with everything about it.
    names_it = {"/services/", "/sitemap.xml", "/topics/women-and-girls/", f"/wrong/s{service.pk}/"}
    assert set(made) - set(done.changes["changed"]) <= names_it


def test_changing_who_belongs_in_a_list_changes_the_lists(editions):
    service = Service.objects.get(line="h-galop")
    audiences, topics = list(service.audiences.all()), list(service.forms_of_abuse.all())

    def lists():
        link = f'href="{service.get_absolute_url()}"'
        return {
            address for address in fingerprints() if "/list/" in address and link in html(address)
        }

    before = lists()
    service.audiences.set([])
    service.forms_of_abuse.set([])
    publish.publish()
    assert lists() < before
    service.audiences.set(audiences)
    service.forms_of_abuse.set(topics)
    publish.publish()
    assert lists() == before


class Watching(memory.Memory):
    """A memory that knows what shared rows were like when they were read."""

    def __init__(self):
        super().__init__()
        self.as_read = {}

    def recall(self, key, make):
        is_new = key not in self.kept
        value = super().recall(key, make)
        if is_new and key[0] == "rows":
            self.as_read[key] = answers.fingerprint_of_answer(value)
        return value


@pytest.mark.languages("en", "ur")
def test_rows_that_many_pages_share_are_read_in_full(client):
    """Anything read later would be noted only for the page that asked for it first."""
    addresses = [address for address in public_pages() if address not in public_urls.browsing()]
    addresses += public_urls.browsing()[::20]
    with memory.using(Watching()) as made:
        for address in addresses:
            client.get(address)
            client.get(in_language(address, "ur"))
    names = {name for _, name in made.as_read}
    assert {"cards", "service pages", "directory", "numbers", "near", "situations"} <= names
    read_later = [
        name
        for (_, name), as_read in made.as_read.items()
        if answers.fingerprint_of_answer(made.kept["rows", name][0]) != as_read
    ]
    assert read_later == []


def test_what_was_asked_before_a_failure_counts(db):
    """A page that is gone is made again when it is back."""
    made = memory.Memory()

    def fail():
        memory.note(1)
        raise Http404

    with memory.using(made), suppress(Http404):
        memory.rows("gone", fail)
    assert made.asked == {1}
    assert made.kept == {}


def test_the_lists_are_narrowed_without_more_queries(django_assert_num_queries):
    slugs = [address.split("/")[2] for address in public_pages() if address.startswith("/list/")]
    with memory.using(memory.Memory()):
        narrowing.narrowed(slugs[0])
        with django_assert_num_queries(0):
            for slug in slugs:
                narrowing.narrowed(slug)


def test_the_fingerprint_of_a_card_covers_what_was_read_with_it(db):
    def fingerprint():
        with memory.using(memory.Memory()):
            return answers.fingerprint_of_answer(card(service.pk))

    service = Service.objects.filter(phones__schedules__isnull=False).first()
    fingerprints = [fingerprint()]
    Organization.objects.filter(pk=service.organization_id).update(name="Another name")
    fingerprints.append(fingerprint())
    Phone.objects.filter(services=service).update(name_en="Another name")
    fingerprints.append(fingerprint())
    Schedule.objects.filter(phone__services=service).update(closes_at="23:59")
    fingerprints.append(fingerprint())
    assert len(set(fingerprints)) == 4


def outer(number):
    return memory.answer(inner, number) if number % 2 else Guide.objects.count()


def inner(number):
    if Guide.objects.count() > number:
        raise ValueError
    return Guide.objects.count()


def test_a_question_that_fails_when_it_is_asked_again_has_changed(db):
    recorder = answers.Recorder(None)
    with connection.execute_wrapper(recorder), memory.using(recorder):
        memory.answer(outer, Guide.objects.count() | 1)
        asked = sorted(recorder.asked)
    recorder.add_answers(connection)
    record = {"code": "x", "day": "2026-01-01", "pages": {"/": asked}, "until": {}}
    record["things"] = recorder.things
    assert answers.unchanged(connection, record, "x") == {"/"}
    make_guide()
    make_guide()
    assert answers.unchanged(connection, record, "x") == set()


def test_an_answer_that_expires_on_another_day_is_another_answer():
    """Otherwise pages that asked would be kept with the old day to wait for."""

    def mark(*days):
        recorder = answers.Recorder("2026-03-01")
        (number,) = recorder.dependencies(("a.question", 1), "Its answer.", set(days)) - set(days)
        return recorder.things[number][2]

    april, may = date(2026, 4, 1), date(2026, 5, 1)
    assert mark(april, may) == mark(may, april)
    assert len({mark(), mark(april), mark(may), mark(april, may)}) == 4


CONTENT = ("strategy", "campaigns", "contacts", "services")


def is_changed_here(field):
    return (
        is_text(field)
        or field.many_to_many
        or isinstance(field, BooleanField)
        or type(field) is DateField
        or field.name == "position"
    )


def change_something(chance):
    """Change or delete one row of the content at random."""
    kinds = [
        model
        for model in apps.get_models()
        if model._meta.app_label in CONTENT and model.objects.exists()
    ]
    while True:
        model = chance.choice(kinds)
        row = chance.choice(list(model.objects.all()))
        fields = [*model._meta.fields, *model._meta.many_to_many]
        fields = [field for field in fields if is_changed_here(field)]
        # Leave alone the rows that every page, or every service, needs.
        is_needed = isinstance(row, Organization) or (isinstance(row, Phone) and row.role)
        if fields and not is_needed:
            break
    with suppress(DatabaseError), transaction.atomic():  # Some changes cannot be saved.
        if not isinstance(row, Entry) and chance.random() < 0.2:
            row.delete()
            return f"{row._meta.label}: deleted"
        field = chance.choice(fields)
        change_field(chance, row, field)
        return f"{row._meta.label} {row.pk}: {field.name}"


def change_field(chance, row, field):
    if field.many_to_many:
        others = list(field.related_model.objects.all())
        getattr(row, field.name).set(chance.sample(others, chance.randint(0, min(3, len(others)))))
        return
    value = getattr(row, field.name)
    if type(field) is DateField:
        value = clock.today() + timedelta(days=chance.randint(-20, 20))
    elif field.name == "position":
        value = value + chance.randint(1, 9)
    elif isinstance(field, BooleanField):
        value = not value
    else:
        value = (value or "")[: (field.max_length or 1000) - 6] + " more."
    type(row).objects.filter(pk=row.pk).update(**{field.name: value})


@pytest.mark.languages("en", "ur")
@pytest.mark.parametrize("seed", SEEDS)
def test_pages_kept_after_any_change_match_pages_made_from_scratch(editions, seed):
    chance, changed = random.Random(seed), []  # noqa: S311 - nothing is kept secret.
    day = clock.first_of_block()
    for number in range(6):
        changed += [change_something(chance) for _ in range(4)]
        with clock.fixed(day + timedelta(days=number * 5)):
            publish.publish(force="The release checks are not what is tested.")
    reused = pages()
    (store.current() / answers.FILE).unlink()
    with clock.fixed(day + timedelta(days=25)):
        publish.publish(sources.CURRENT)
    assert pages() == reused, changed


def pages():
    """Every page, without the day it was made."""
    return {
        address: page_files.DAY.sub(b"", html(address).encode())
        for address, page in manifests.pages_of(store.current()).items()
        if page_files.is_html(page)
    }
