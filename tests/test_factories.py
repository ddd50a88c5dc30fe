"""What the factories make is valid, and readers see it."""

import pytest
from django.core.exceptions import ValidationError

from contacts.models import Organization, Phone
from services.models import Audience
from tests.support import factories
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db


def main_of(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return Page(response).main


@pytest.mark.parametrize(
    ("make", "listed", "words"),
    [
        (factories.make_guide, "/guides/", ["summary"]),
        (factories.make_form_of_abuse, "/topics/", ["description", "reassurance"]),
    ],
)
def test_a_page_is_valid_and_shows_its_words(client, make, listed, words):
    for row in (make(), make(name_en="Another heading of its own")):
        row.full_clean()
        main = main_of(client, row.get_absolute_url())
        for name in ["name", *words]:
            assert getattr(row, name) in main
        assert row.name in main_of(client, listed)
    assert row.name == "Another heading of its own"


def test_a_number_is_valid_and_appears_on_the_contact_page(client):
    phone = factories.make_phone()
    schedule = factories.make_schedule(phone)
    verification = factories.make_verification(phone)
    fact = factories.make_call_fact(phone, "recorded", "yes")
    for row in (Phone.objects.get(pk=phone.pk), phone.organization, schedule, verification, fact):
        row.full_clean()
    page = Page(client.get("/contacts/"))
    (card,) = [text(row) for row in page.cards if phone.name in text(row)]
    for words in (phone.display, phone.purpose, "Monday to Friday: 9am to 5pm."):
        assert words in card


def test_a_service_is_valid_and_shows_its_numbers_and_who_runs_it(client):
    phones = [factories.make_phone(), factories.make_phone(dial="08000000123")]
    audience = Audience.objects.get(slug="women")
    service = factories.make_service(phones, audiences=[audience])
    service.full_clean()
    assert [*service.audiences.all()] == [audience]
    assert service.name in main_of(client, "/services/")
    main = main_of(client, service.get_absolute_url())
    shown = [service.name, service.summary, service.organization.name]
    for words in shown + [phone.display for phone in phones]:
        assert words in main


def test_a_factory_makes_nothing_that_a_form_would_refuse():
    before = Phone.objects.count(), Organization.objects.count()
    organization = Organization.objects.first()
    with pytest.raises(ValidationError, match="reserved for films"):
        factories.make_phone(dial="01632960123", organization=organization)
    with pytest.raises(ValidationError, match="already exists"):
        factories.make_organization(slug=organization.slug)
    assert (Phone.objects.count(), Organization.objects.count()) == before
