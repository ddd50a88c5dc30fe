"""What the pages of the admin cost: queries of the working database, and SQLite files opened.

The bounds are what each page costs today and a little more. A page that goes over its bound asks
something again that it knows already, or asks for each row.
"""

import sqlite3
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import ApprovedNumber, Phone
from helphub.approvals.models import NumberProposal
from helphub.editions import readers_had
from helphub.editions.models import PublicationRequest
from helphub.history.entry_admin import KeepsWhatReadersHad, PrintedAdmin
from helphub.history.recording import recording
from strategy.admin.drafts import DraftAdmin
from strategy.admin.pages import StrategyAdmin
from strategy.models import Guide
from tests.support import factories
from tests.support.accounts import established
from tests.support.admin_forms import change_url
from tests.support.reader import Page, form_values

pytestmark = pytest.mark.django_db

# The most queries of each page, of any list and of most forms.
PAGES = {
    "/admin/": 58,  # Every kind of thing that can be due is asked for.
    reverse("publishing:waiting"): 20,
    reverse("publishing:coming"): 20,
    reverse("publishing:editions"): 14,
    reverse("publishing:publications"): 14,
    reverse("approvals:proposals"): 14,
    reverse("reviews:reviews"): 15,
    reverse("adding:add-service"): 20,
    reverse("bulk:batches"): 14,
    reverse("renewal:renew"): 20,
    reverse("checking:links"): 54,  # One or two for each kind of record.
    reverse("history:deleted"): 60,  # Two for each kind of record.
}
LIST, FORM = 18, 19
FORMS = {  # These have rows, or choose from lists of other records.
    "campaigns.campaign": 25,
    "contacts.phone": 29,
    "search.synonym": 26,
    "services.choice": 23,
    "services.service": 35,
    "services.situation": 29,
    "strategy.action": 22,
    "strategy.audit": 27,
    "strategy.annualreport": 25,
    "strategy.formofabuse": 32,
    "strategy.guide": 28,
    "strategy.standard": 20,
    "strategy.indicator": 20,
}


class Cost(NamedTuple):
    queries: int
    files: int


class Count:
    """What a block has cost so far."""

    def __init__(self):
        self.files = []
        self.captured = CaptureQueriesContext(connection)

    @property
    def cost(self):
        return Cost(len(self.captured), len(self.files))

    def naming(self, words):
        """The queries with these words in them."""
        return [query["sql"] for query in self.captured if words in query["sql"]]


@contextmanager
def counted():
    """Count queries of the working database, and the SQLite files that this process opens."""
    count, connect = Count(), sqlite3.connect

    def noted(*arguments, **options):
        count.files.append(str(arguments[0] if arguments else options["database"]))
        return connect(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch, count.captured:
        # Django's own name for it is the second one.
        patch.setattr(sqlite3, "connect", noted)
        patch.setattr(sqlite3.dbapi2, "connect", noted)
        yield count


@pytest.fixture
def publisher(django_user_model, db):
    """An officer with every permission. A superuser may delete anything, so needs no facts."""
    user = django_user_model.objects.create_user("publisher", password=None, is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(established(user))
    return client


@pytest.fixture
def noted_edition(editions):
    """An edition with what it shows noted, as after its publication."""
    readers_had.note()
    return editions


@pytest.fixture
def rows_for_all(noted_edition):
    """A row of each kind that the real content has none of."""
    factories.make_action()
    factories.make_form_as_printed()
    factories.make_audit()
    factories.make_indicator([("2022/23", "", 40), ("2023/24", "", 50)])
    factories.make_report()
    factories.make_campaign()
    phone = Phone.objects.get(slug="h-spoc")
    digits = {"dial": "01384000001", "display": "01384 000001"}
    NumberProposal.objects.create(
        phone=phone,
        kind=NumberProposal.Kind.CHANGE,
        was_dial=phone.dial,
        was_display=phone.display,
        why="A test",
        source="A test",
        proposed_by="anna",
        proposer=1,
        **digits,
    )
    ApprovedNumber.objects.create(line="h-spoc", who="berta", **digits)
    PublicationRequest.objects.create(kind=PublicationRequest.Kind.RELEASE, who="anna")


def address_of_list(model):
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")


def cost_of(client, address):
    """What a page costs once this process has shown it before."""
    client.get(address)
    with counted() as count:
        assert client.get(address).status_code == 200
    return count.cost


def over(costs, bound, bounds):
    """The pages that cost more queries than their own bound or the usual one, or open a file."""
    return {
        page: cost
        for page, cost in costs.items()
        if cost.queries > bounds.get(page, bound) or cost.files
    }


def kinds():
    """The models that have lists and forms, by label."""
    return {model._meta.label_lower: model for model in django_admin.site._registry}


def test_each_page_keeps_to_its_bound(rows_for_all, publisher):
    assert over({page: cost_of(publisher, page) for page in PAGES}, 0, PAGES) == {}


def test_each_list_keeps_to_its_bound(rows_for_all, publisher):
    lists = {label: address_of_list(model) for label, model in kinds().items()}
    costs = {label: cost_of(publisher, address) for label, address in lists.items()}
    assert over(costs, LIST, {}) == {}


def test_each_form_keeps_to_its_bound(rows_for_all, publisher):
    rows = {label: model._base_manager.order_by("pk").first() for label, model in kinds().items()}
    costs = {label: cost_of(publisher, change_url(row)) for label, row in rows.items()}
    assert over(costs, FORM, FORMS) == {}


@pytest.mark.parametrize("make", [factories.make_organization, factories.make_phone])
def test_a_list_costs_the_same_however_many_rows_it_has(publisher, make):
    address = address_of_list(type(make()))
    before = cost_of(publisher, address)
    for _ in range(5):
        make()
    assert cost_of(publisher, address) == before


# Facts that are asked once


def test_a_form_asks_once_whether_readers_have_had_its_record(noted_edition, publisher):
    factories.make_action()
    factories.make_form_as_printed()
    factories.make_audit()
    factories.make_report()
    factories.make_campaign()
    factories.make_indicator()
    for model, model_admin in django_admin.site._registry.items():
        # Only a draft of the strategy may be deleted, so nothing is asked about that.
        if not isinstance(model_admin, KeepsWhatReadersHad) or isinstance(
            model_admin, (PrintedAdmin, DraftAdmin, StrategyAdmin)
        ):
            continue
        row = model._base_manager.order_by("pk").first()
        publisher.get(change_url(row))
        with counted() as count:
            publisher.get(change_url(row))
        assert len(count.naming('"editions_readershad"')) == 1, model
        assert count.files == [], model


def test_the_next_request_asks_again(noted_edition, publisher):
    guide = factories.make_guide(is_published=False)
    delete = reverse("admin:strategy_guide_delete", args=[guide.pk])
    assert publisher.get(delete).status_code == 200
    readers_had.ReadersHad.objects.create(label="strategy.guide", key=guide.pk)
    assert publisher.post(delete, {"post": "yes"}).status_code == 403
    assert Guide.objects.filter(pk=guide.pk).exists()


@pytest.fixture
def asked(monkeypatch):
    """The numbers of which it was asked whether they need a second person."""
    slugs, ask = [], Phone.needs_second_person

    def noted(phone):
        slugs.append(phone.slug)
        return ask(phone)

    monkeypatch.setattr(Phone, "needs_second_person", noted)
    return slugs


@pytest.mark.parametrize("slug", ["h-spoc", "h-samaritans", "h-galop"])
def test_a_page_asks_once_whether_a_number_needs_a_second_person(admin, asked, slug):
    phone = Phone.objects.get(slug=slug)
    page = Page(admin.get(change_url(phone)))
    assert asked == [slug]
    assert admin.post(change_url(phone), form_values(page)).status_code == 302
    assert asked == [slug] * 2
    admin.get(reverse("admin:contacts_phone_delete", args=[phone.pk]))
    assert asked == [slug] * 3


def test_a_page_asks_once_which_version_of_each_record_is_the_newest(noted_edition, publisher):
    guide = Guide.objects.get(slug="consent")
    with recording():
        guide.summary_en = "Other words."
        guide.save()
    entry = reverse("publishing:waiting-entry", args=["strategy.guide", guide.pk])
    # The page and its head each ask, and the list asks for what its translations would be.
    times = {"/admin/": 2, reverse("publishing:waiting"): 3, entry: 2, change_url(guide): 1}
    for address, most in times.items():
        with counted() as count:
            page = Page(publisher.get(address))
        assert "1 entry waiting to be published" in page.text
        newest = [sql for sql in count.naming("MAX(") if "history_version" in sql]
        assert len(newest) == most, address
        # The list compares the words of translations with those that readers have.
        assert len(count.files) <= (address == reverse("publishing:waiting")), address
