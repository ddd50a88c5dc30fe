"""Which pages are made again: those whose answers differ, and all of them."""

import random

import pytest
from django.apps import apps
from django.db.models import BooleanField

from contacts.models import Organization, Phone
from helphub import memory
from helphub.edition import answers, build, publish, store
from services import models, narrowing
from services.models import Service

from .addresses import public_pages
from .changed_words import is_text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def html(address):
    return (store.current() / "pages" / build.file_of(address)).read_text()


def marks():
    return {address: page["sha256"] for address, page in store.pages_of(store.current()).items()}


@pytest.fixture
def made(monkeypatch):
    """The addresses whose pages were made, not taken over."""
    made, run = [], build.run

    def noted(folder, before, todo, *others, **more):
        made.extend(todo)
        return run(folder, before, todo, *others, **more)

    monkeypatch.setattr(build, "run", noted)
    return made


def test_a_sentence_of_a_service_makes_only_the_pages_again_that_show_it(editions, made):
    service = Service.objects.get(line="h-galop")
    Service.objects.filter(pk=service.pk).update(summary_en="Another sentence altogether.")
    done = publish.publish()
    assert "Another sentence altogether." in html(service.get_absolute_url())
    lists = [address for address in made if address.startswith("/list/")]
    assert lists
    for address in lists:
        assert "Another sentence altogether." in html(address)
    # Those that name it beside one of its numbers ask for its name with all that belongs to it.
    assert len(made) < 1.5 * len(done.changes["changed"])


def test_what_decides_who_is_in_a_list_changes_the_lists(editions):
    service = Service.objects.get(line="h-galop")
    audiences, topics = list(service.audiences.all()), list(service.forms_of_abuse.all())

    def lists():
        link = f'href="{service.get_absolute_url()}"'
        return {address for address in marks() if "/list/" in address and link in html(address)}

    before = lists()
    service.audiences.set([])
    service.forms_of_abuse.set([])
    publish.publish()
    assert lists() < before
    service.audiences.set(audiences)
    service.forms_of_abuse.set(topics)
    publish.publish()
    assert lists() == before


def test_rows_that_many_pages_share_are_read_whole(client):
    """What was read with one later would be noted for the page alone that asked first."""
    lists = [one for one in public_pages() if one.startswith("/list/")]
    with memory.using(memory.Memory()) as made:
        for service in Service.objects.published():
            models.card(service.pk)
            models.service_page(service.slug)
        models.line("h-spoc")
        narrowing.narrowed(lists[0].split("/")[2])
        as_read = {key: answers.mark_of(rows) for key, (rows, _) in made.kept.items()}
        assert {name for _, name in as_read} == {
            "cards",
            "choices",
            "lines",
            "narrowing",
            "service pages",
        }
        for address in [*public_pages()[:120], *lists]:
            client.get(address)
        assert as_read == {key: answers.mark_of(made.kept[key][0]) for key in as_read}


def test_the_lists_are_narrowed_without_another_look(django_assert_num_queries):
    slugs = [one.split("/")[2] for one in public_pages() if one.startswith("/list/")]
    with memory.using(memory.Memory()):
        narrowing.narrowed(slugs[0])
        with django_assert_num_queries(0):
            for one in slugs:
                narrowing.narrowed(one)


CONTENT = ("strategy", "contacts", "services")


def change_something(chance):
    """Change a text, a yes or no, or what belongs to what, in one row of the content."""
    kinds = [
        model
        for model in apps.get_models()
        if model._meta.app_label in CONTENT and model.objects.exists()
    ]
    while True:
        model = chance.choice(kinds)
        row = chance.choice(list(model.objects.all()))
        fields = [
            field
            for field in [*model._meta.fields, *model._meta.many_to_many]
            if is_text(field) or isinstance(field, BooleanField) or field.many_to_many
        ]
        # What every page needs, or every service, cannot be left out.
        is_needed = isinstance(row, Organization) or (isinstance(row, Phone) and row.role)
        if fields and not is_needed:
            break
    field = chance.choice(fields)
    if field.many_to_many:
        others = list(field.related_model.objects.all())
        getattr(row, field.name).set(chance.sample(others, chance.randint(0, min(3, len(others)))))
    elif isinstance(field, BooleanField):
        model.objects.filter(pk=row.pk).update(**{field.name: not getattr(row, field.name)})
    else:
        text = (getattr(row, field.name) or "")[: (field.max_length or 1000) - 6] + " more."
        model.objects.filter(pk=row.pk).update(**{field.name: text})
    return f"{row._meta.label} {row.pk}: {field.name}"


@pytest.mark.parametrize("seed", range(2))
def test_whatever_changes_every_page_is_what_it_would_be_if_all_were_made(editions, seed):
    chance, changed = random.Random(seed), []  # noqa: S311 - nothing is kept secret.
    for _ in range(6):
        changed += [change_something(chance) for _ in range(3)]
        publish.publish(force="The gate is not what is tested.")
    kept = marks()
    (store.current() / answers.FILE).unlink()
    publish.publish(publish.CURRENT)
    assert marks() == kept, changed
