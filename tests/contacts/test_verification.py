"""A verification is a record: added to, never rewritten, deleted or taken over."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from contacts.models import Phone, Verification
from helphub.accounts import roles
from services.models import Service, ServiceVerification
from tests.support.admin_forms import change_url, errors, save
from tests.support.factories import make_phone, make_verification
from tests.support.history import restore, versions_of
from tests.support.reader import Page, form_values

pytestmark = pytest.mark.django_db

KINDS = [(Phone, "h-galop", Verification), (Service, "day-and-night-line", ServiceVerification)]
RANG = {"verified_on": "25/11/2026", "method": "rang", "role": "communications", "confirmed": "All"}


@pytest.fixture
def editor(django_user_model, db):
    roles.load()
    user = django_user_model.objects.create_user("ed", password=None, is_staff=True)
    user.groups.add(Group.objects.get(name="Editors"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def people(admin, editor):
    return {"superuser": admin, "editor": editor}


def verifications_of(row):
    return list(row.verifications.order_by("pk").values())


def rows(place, **typed):
    return {f"verifications-{place}-{name}": value for name, value in typed.items()}


def add(client, row, **changes):
    """Add a verification in the form of a number or service, as a browser with script does."""
    values = form_values(Page(client.get(change_url(row))))
    place = int(values["verifications-TOTAL_FORMS"])
    total = {"verifications-TOTAL_FORMS": str(place + 1)}
    return save(client, row, **total, **rows(place, **RANG), **changes)


def with_verification(row):
    """A verification from published sources, as the first load leaves it."""
    if not row.verifications.exists():
        row.verifications.create(
            verified_on=date(2026, 11, 23), method="published-sources", role="us", confirmed="All"
        )
    return row.verifications.first()


@pytest.mark.parametrize("who", ["superuser", "editor"])
@pytest.mark.parametrize(("model", "slug", "child"), KINDS, ids=["number", "service"])
def test_a_verification_cannot_be_changed_or_deleted(people, who, model, slug, child):
    row = model.objects.get(slug=slug)
    first = with_verification(row)
    before = verifications_of(row)
    page = Page(people[who].get(change_url(row)))
    assert not [name for name in form_values(page) if name.startswith("verifications-0-method")]
    assert "DELETE" not in "".join(n for n in form_values(page) if "verifications-0" in n)
    # Sending the fields anyway changes nothing.
    ids = rows(0, id=str(first.pk))
    save(people[who], row, **ids, **rows(0, **RANG), **rows(0, DELETE="on"))
    assert verifications_of(row) == before


@pytest.mark.parametrize("who", ["superuser", "editor"])
@pytest.mark.parametrize(("model", "slug", "child"), KINDS, ids=["number", "service"])
def test_another_verification_can_be_added_and_counts(people, who, model, slug, child):
    row = model.objects.get(slug=slug)
    first = with_verification(row)
    page = add(people[who], row)
    assert errors(page) == []
    row = model.objects.get(pk=row.pk)
    assert row.verifications.count() == 2
    assert row.verification.method == "rang"
    assert child.objects.get(pk=first.pk).method == "published-sources"


def test_a_slip_is_put_right_by_another_verification_on_the_same_day(admin):
    phone = Phone.objects.get(slug="h-galop")
    add(admin, phone)
    values = form_values(Page(admin.get(change_url(phone))))
    place = int(values["verifications-TOTAL_FORMS"])
    total = {"verifications-TOTAL_FORMS": str(place + 1)}
    right = RANG | {"method": "published-sources"}
    assert errors(save(admin, phone, **total, **rows(place, **right))) == []
    assert Phone.objects.get(pk=phone.pk).verification.method == "published-sources"


def test_a_bad_verification_is_refused_beside_its_field(admin):
    phone = Phone.objects.get(slug="h-galop")
    place = int(form_values(Page(admin.get(change_url(phone))))["verifications-TOTAL_FORMS"])
    typed = rows(place, **(RANG | {"verified_on": "1/1/2090", "role": "<b>me</b>"}))
    page = save(admin, phone, **{"verifications-TOTAL_FORMS": str(place + 1)}, **typed)
    messages = " ".join(errors(page))
    assert "in the future" in messages
    assert "Take out “<b>”" in messages
    assert form_values(page)[f"verifications-{place}-verified_on"] == "1/1/2090"


@pytest.mark.parametrize(("model", "slug", "child"), KINDS, ids=["number", "service"])
def test_restoring_an_old_version_removes_and_changes_no_verifications(admin, model, slug, child):
    row = model.objects.get(slug=slug)
    with_verification(row)
    name = "purpose_en" if model is Phone else "summary_en"
    save(admin, row, **{name: "The first words."})
    add(admin, row, **{name: "Other words."})
    before = verifications_of(row)
    assert len(before) == 2
    page = restore(admin, row, versions_of(row)[1])
    row.refresh_from_db()
    assert getattr(row, name) == "The first words."
    assert verifications_of(row) == before
    assert "Restored the version" in page.text


def test_two_officers_can_each_add_a_verification(admin):
    """The second gets a conflict, and both rows are kept."""
    phone = Phone.objects.get(slug="h-galop")
    values = form_values(Page(admin.get(change_url(phone))))
    place = int(values["verifications-TOTAL_FORMS"])
    add(admin, phone)
    mine = rows(place, **(RANG | {"role": "the second officer"}))
    total = {"verifications-TOTAL_FORMS": str(place + 1)}
    page = Page(admin.post(change_url(phone), values | total | mine, follow=True))
    assert page.response.status_code == 409
    page = Page(admin.post(change_url(phone), form_values(page), follow=True))
    assert errors(page) == []
    assert {verification.role for verification in phone.verifications.all()} >= {
        "communications",
        "the second officer",
    }


# Other digits


def other_digits(admin, phone, **typed):
    return save(admin, phone, dial="01384455400", display="01384 455 400", **typed)


def ordinary():
    """A number that is not critical, verified today."""
    phone = make_phone()
    assert not phone.needs_second_person()
    make_verification(phone)
    return Phone.objects.get(pk=phone.pk)


def test_a_verification_covers_only_the_digits_of_its_day(admin):
    phone = ordinary()
    dial, display = phone.dial, phone.display
    assert phone.verification
    assert not phone.has_lapsed
    page = other_digits(admin, phone)
    assert errors(page) == []
    assert "the hours, cost and what happens are still right" in page.text
    assert "The new digits have not been checked" in page.text
    phone = Phone.objects.get(pk=phone.pk)
    assert phone.verifications.exists()
    assert phone.verification is None
    assert phone.has_lapsed
    # With the old digits back, the earlier check holds again.
    save(admin, phone, dial=dial, display=display)
    phone = Phone.objects.get(pk=phone.pk)
    assert phone.dial == dial
    assert phone.verification is not None


def test_a_verification_saved_with_new_digits_covers_them(admin):
    phone = ordinary()
    place = int(form_values(Page(admin.get(change_url(phone))))["verifications-TOTAL_FORMS"])
    today = timezone.localdate().isoformat()
    typed = rows(place, **(RANG | {"verified_on": today}))
    page = other_digits(admin, phone, **{"verifications-TOTAL_FORMS": str(place + 1)}, **typed)
    assert "the hours, cost and what happens are still right" in page.text
    assert "new digits have not been checked" not in page.text
    phone = Phone.objects.get(pk=phone.pk)
    assert phone.verification.verified_on >= timezone.localdate() - timedelta(days=1)
    assert not phone.has_lapsed


def test_other_changes_to_a_number_leave_its_verification(admin):
    page = save(admin, ordinary(), purpose_en="Other words.")
    assert "digits" not in page.text.split("Other words.")[0][-400:]
    assert Phone.objects.get(slug="h-galop").verification is not None
