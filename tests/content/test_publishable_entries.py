"""Anything an officer makes in the admin's forms alone, and ticks, can be published and read."""

from types import SimpleNamespace

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse

from contacts.models import Organization, Phone
from helphub.campaigns.models import Campaign
from helphub.content import clock, registry
from helphub.content.entries import Entry, Page
from helphub.editions import manifests, page_files, publish, store
from helphub.history.recording import recording
from helphub.search.models import Synonym
from services.models import Audience, Choice, Service, ServiceArea, Situation, Suggestion, Town
from strategy.models import (
    Action,
    AnnualReport,
    Audit,
    Chapter,
    FormOfAbuse,
    Guide,
    Indicator,
    Priority,
    Standard,
)
from tests.support import reader
from tests.support.admin_forms import errors, save
from tests.support.reader import form_values

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ENTRIES = [model for model in registry.content_models() if issubclass(model, Entry)]
PUBLISHING = ["is_published", "starts_on", "ends_on"]


def request_of(officer):
    return SimpleNamespace(user=officer, GET={}, POST={}, method="GET")


def fields_of(model, officer):
    form = django_admin.site.get_model_admin(model).get_form(request_of(officer), None)
    return form.base_fields


@pytest.mark.parametrize("model", ENTRIES, ids=lambda model: model.__name__)
def test_the_form_of_every_entry_has_what_publishing_needs(officer, model):
    assert django_admin.site.is_registered(model)
    wanted = [*PUBLISHING, *(["is_archived", "moved_to"] if issubclass(model, Page) else [])]
    if model is Chapter:  # Its pages are linked from everywhere, so they have no days.
        wanted = ["is_published"]
    missing = set(wanted) - set(fields_of(model, officer))
    assert missing == set()


def test_a_field_that_a_form_leaves_out_does_not_need_it(officer):
    for model in ENTRIES:
        if model is Chapter:  # No role adds to the strategy's chapters.
            continue
        shown = set(fields_of(model, officer))
        for field in model._meta.concrete_fields:
            if not field.editable or field.primary_key or hasattr(field, "language"):
                continue
            is_filled = field.blank or field.has_default() or f"{field.name}_en" in shown
            assert field.name in shown or is_filled, (model, field)


def add(admin, model, query="", **typed):
    """Fill in the empty form of a kind of record, tick “published” and save."""
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    url = reverse(f"admin:{name}_add") + query
    values = form_values(reader.Page(admin.get(url))) | {"is_published": ["on"]} | typed
    page = reader.Page(admin.post(url, values, follow=True))
    assert errors(page) == [], (model, errors(page))
    return model.objects.latest("pk")


def add_one_of_each(admin):
    """A new record of every kind of entry, each named by the next, in officers' order."""
    made = {
        Organization: add(admin, Organization, name="Brierley Listeners", slug="brierley-listen"),
        Audience: add(admin, Audience, slug="carers-2", name_en="Carers of grown-up people"),
        ServiceArea: add(admin, ServiceArea, slug="gornal", name_en="Gornal and about"),
        FormOfAbuse: add(
            admin,
            FormOfAbuse,
            slug="meters",
            title="About meters",
            name_en="When somebody counts your steps",
            summary_en="One sentence.",
            description_en="A few words.",
            signs_en="One sign",
            reassurance_en="A few words.",
            actions_en="One choice",
        ),
        Guide: add(
            admin,
            Guide,
            slug="walking",
            title="Walking home",
            name_en="Walking home late",
            body_en="A few words of advice.",
        ),
    }
    made[Phone] = add(
        admin,
        Phone,
        slug="h-brierley",
        dial="01384455400",
        display="01384 455 400",
        organization=made[Organization].pk,
        section="dudley",
        name_en="Brierley Listeners",
        purpose_en="To talk to a listener.",
    )
    made[Service] = add(
        admin,
        Service,
        slug="listeners",
        title="Listeners",
        line="h-listeners",
        organization=made[Organization].pk,
        phones=[made[Phone].pk],
        audiences=[made[Audience].pk],
        areas=[made[ServiceArea].pk],
        name_en="Listeners of Brierley",
        summary_en="They listen.",
    )
    made[Town] = add(
        admin, Town, slug="hawne", title="Hawne", area=made[ServiceArea].pk, name_en="Hawne"
    )
    made[Choice] = add(
        admin, Choice, slug="a9", question="who", name_en="Somebody who walks home late"
    )
    made[Situation] = add(
        admin,
        Situation,
        slug="late",
        who=made[Choice].pk,
        **{
            "suggestions-TOTAL_FORMS": "1",
            "suggestions-0-service": made[Service].pk,
            "suggestions-0-position": "1",
        },
    )
    made[Synonym] = add(
        admin, Synonym, slug="walk", words_en="walking in the dark", guides=[made[Guide].pk]
    )
    made[Action] = add(
        admin,
        Action,
        priority=Priority.objects.first().pk,
        name_en="Light the way home",
        responsible="Brierley Council",
        status="not-begun",
    )
    made[Audit] = add_audit(admin, made[Action])
    made[Indicator] = add(
        admin,
        Indicator,
        name_en="Lamps along the way",
        counted_en="Every lamp that works.",
        unit_en="lamps",
        counted_by="Brierley Council",
        **{
            "values-TOTAL_FORMS": "2",
            "values-0-period": "2023/24",
            "values-0-value": "240",
            "values-0-source": "A count of lamps",
            "values-0-published_on": "1 June 2025",
            "values-1-period": "2022/23",
            "values-1-value": "7",
            "values-1-source": "A count of lamps",
            "values-1-published_on": "1 June 2024",
        },
    )
    made[Campaign] = add(
        admin,
        Campaign,
        slug="lights",
        title="A week of lights",
        name_en="A week of light",
        words_en="Somebody walks with you.",
        starts_on=clock.today().isoformat(),
        ends_on=clock.today().isoformat(),
        is_on_home="on",
        guide=made[Guide].pk,
    )
    return made


def add_audit(admin, action):
    """An audit of a standard that gets its only criterion first."""
    standard = Standard.objects.first()
    page = save(
        admin,
        standard,
        **{
            "criteria-TOTAL_FORMS": "1",
            "criteria-0-number": "1",
            "criteria-0-words": "Everybody is asked what they need.",
            "criteria-0-source": "Page 1",
        },
    )
    assert errors(page) == []
    return add(
        admin,
        Audit,
        f"?standard={standard.pk}",
        day="2026-11-02",
        done_by="Brierley Council",
        scope_en="Every service in Brierley.",
        summary_en="All of it is met.",
        actions=[action.pk],
        **{"results-0-verdict": "met", "results-0-found_en": "Everybody in Brierley was asked."},
    )


def test_a_new_record_of_every_kind_is_published_and_reaches_readers(admin, editions):
    made = add_one_of_each(admin)
    # A report is published once its actions are taken: tests/strategy/test_reports.py.
    assert set(made) == set(ENTRIES) - {Chapter, AnnualReport}
    assert Suggestion.objects.filter(situation=made[Situation]).exists()
    publish.publish(who="officer", why="all of it")
    manifest = manifests.manifest_of(store.current())
    assert [refusal["why"] for refusal in manifest["held"]] == []
    pages = store.current() / "pages"

    def page(address):
        return (pages / page_files.file_of(address)).read_text()

    service = page("/services/listeners/")
    for words in ("Listeners of Brierley", "Brierley Listeners", "01384 455 400"):
        assert words in service
    assert "Gornal and about" in service
    assert "01384 455 400" in page("/contacts/")
    assert "Walking home late" in page("/guides/walking/")
    assert "When somebody counts your steps" in page("/topics/meters/")
    for address in ("/near/", "/near/hawne/"):
        assert "Listeners of Brierley" in page(address)
    assert "Somebody who walks home late" in page("/start/")
    assert "Listeners of Brierley" in page("/start/a9/")
    assert "Light the way home" in page("/strategy/priorities/")
    for address in ("/", "/campaigns/lights/"):
        assert "A week of light" in page(address)
    assert "2022/23: fewer than 10; 2023/24: 240." in page("/strategy/local-data/")
    file = made[Indicator].get_file_url()
    assert "2022/23,2022-04-01,2023-03-31,Total,fewer than 10,lamps" in page(file)
    kept = manifest["pages"][file]
    assert kept["type"] == "text/csv; charset=utf-8"
    assert kept["headers"]["Content-Disposition"] == f'attachment; filename="{file[10:]}"'


def test_a_missing_tick_is_named_and_every_form_has_the_box(admin, editions):
    with recording():
        Organization.objects.create(slug="new", name="New people")
    page = reader.Page(admin.get("/admin/publishing/waiting/"))
    assert "“Visible to readers” is not ticked in these forms" in page.main
    assert "New people" in page.main
    for model in ENTRIES:
        assert "is_published" in fields_of(model, page.response.wsgi_request.user)
