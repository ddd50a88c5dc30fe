"""What goes into an edition's file, and which rows are refused because they contradict others."""

import sqlite3
from contextlib import closing

import pytest
from django.apps import apps

from contacts.models import Organization, Phone, Schedule
from helphub.content import memory, registry
from helphub.content.entries import Entry
from helphub.editions import (
    bake,
    choice,
    public_urls,
    readers_content,
    version_rows,
)
from helphub.history.recording import catch_up
from services.models import Service, Suggestion
from strategy.models import FormOfAbuse, Guide, HubArea

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.languages("en", "ur")]


def rows():
    """What the first edition would have."""
    catch_up()
    rows = version_rows.rows_of(choice.Choice(None, None).states([]))
    bake.tidy(rows)
    return rows


@pytest.fixture
def file(tmp_path):
    """Bakes rows and gives the tables of the file."""

    def write(tables):
        path = tmp_path / "content.sqlite3"
        bake.write(tables, path)
        with closing(sqlite3.connect(path)) as database:
            names = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall()
            return {
                name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
                for (name,) in names
                if not name.startswith("sqlite_")
            }

    return write


def test_exactly_what_is_published_is_baked(file):
    tables = file(rows())
    for model in registry.content_models():
        expected = model._base_manager.all()
        if issubclass(model, Entry):
            expected = expected.filter(is_published=True)
        assert tables.pop(model._meta.db_table) == expected.count(), model
    assert tables == {}


def test_every_model_is_either_content_or_listed_as_not_content():
    ours = {
        model._meta.label_lower
        for app in registry.own_apps()
        for model in apps.get_app_config(app).get_models()
    }
    content = {m._meta.label_lower for m in registry.content_models() if not m._meta.auto_created}
    assert ours - content == {
        "accounts.accountchange",
        "accounts.sessionsend",
        "accounts.signin",
        "adding.addition",
        "advice.wordtoavoid",
        "approvals.numberproposal",
        "bulk.batch",
        "bulk.done",
        "checking.attempt",
        "checking.certificate",
        "checking.claim",
        "checking.confirmation",
        "checking.linkcheck",
        "checking.owner",
        "checking.ownerchange",
        "checking.reported",
        "checking.waytocheck",
        "contacts.approvednumber",
        "contacts.doubt",
        "content.loadedrow",
        "dashboard.openquestion",
        "editions.publicationrequest",
        "editions.readershad",
        "editions.scheduledchange",
        "editions.withdrawal",
        "history.version",
        "languages.approval",
        "languages.samemeaning",
        "languages.translation",
        "reviews.remark",
        "reviews.reply",
        "reviews.review",
        "splitting.draft",
        "spreadsheets.upload",
    }
    assert not [m for m in registry.content_models() if m._meta.app_label in {"auth", "sessions"}]


def test_an_unpublished_entry_takes_its_child_rows_with_it():
    phone = Phone.objects.get(slug="h-samaritans")
    Phone.objects.filter(fallback=phone).update(fallback=None)
    Phone.objects.filter(pk=phone.pk).update(is_published=False)
    assert phone.schedules.exists()
    tables = rows()
    assert phone.pk not in tables[Phone]
    for table in (Schedule, Service.phones.through):
        assert phone.pk not in {row["phone_id"] for row in tables[table].values()}


def test_an_old_address_whose_topic_is_unpublished_leads_home():
    topic = FormOfAbuse.objects.get(slug="marriage")
    FormOfAbuse.objects.filter(pk=topic.pk).update(is_published=False)
    area = HubArea.objects.get(form_of_abuse=topic)
    assert rows()[HubArea][area.pk]["form_of_abuse_id"] is None


def test_an_entry_that_refers_to_an_unpublished_one_is_reported_with_it():
    organization = Service.objects.get(line="h-samaritans").organization
    Organization.objects.filter(pk=organization.pk).update(is_published=False)
    faults = bake.missing_rows(rows())
    assert {fault.record.label for fault in faults} == {"contacts.phone", "services.service"}
    assert all(f"refers to “{organization.name}”" in fault.why for fault in faults)


def test_rows_that_refer_to_missing_rows_are_refused(tmp_path):
    tables = rows()
    tables[Organization].clear()
    with pytest.raises(bake.BakeError, match="refer to rows that do not exist"):
        bake.write(tables, tmp_path / "content.sqlite3")


def test_two_entries_at_one_address_are_refused(tmp_path):
    tables = rows()
    first, second = list(tables[Guide].values())[:2]
    second["slug"] = first["slug"]
    with pytest.raises(bake.BakeError, match="change the new entry's address"):
        bake.write(tables, tmp_path / "content.sqlite3")


def test_withdrawing_a_number_leaves_its_name_and_none_of_its_uses():
    phone = Phone.objects.get(slug="h-rcew247")
    assert Phone.objects.filter(fallback=phone).exists()
    tables = rows()
    bake.withdraw(tables, [("contacts.phone", phone.pk)])
    row = tables[Phone][phone.pk]
    assert (row["is_published"], row["slug"]) == (False, "h-rcew247")
    assert phone.pk not in {row["fallback_id"] for row in tables[Phone].values()}
    for table in (Schedule, Service.phones.through):
        assert phone.pk not in {row["phone_id"] for row in tables[table].values()}


def test_withdrawing_an_organisation_withdraws_what_it_offers():
    service = Service.objects.get(line="h-samaritans")
    tables = rows()
    bake.withdraw(tables, [("contacts.organization", service.organization_id)])
    assert not tables[Service][service.pk]["is_published"]
    for phone in service.phones.all():
        assert not tables[Phone][phone.pk]["is_published"]


def test_an_edition_with_older_tables_is_read_with_defaults(editions):
    source = editions / "000001" / "content.sqlite3"
    with closing(sqlite3.connect(source)) as file:
        file.execute("ALTER TABLE strategy_guide DROP COLUMN door_pl")
        file.execute("DROP TABLE services_suggestion")
        file.commit()
    rows_read = readers_content.rows_of(source.parent)
    assert {row["door_pl"] for row in rows_read[Guide].values()} == {None}
    assert rows_read[Suggestion] == {}
    assert rows_read[Guide]


def test_addresses_are_found_automatically_and_each_once():
    addresses = public_urls.everything()
    assert len(addresses) == len(set(addresses))
    english = set(public_urls.english())
    assert {"/", "/find/", "/services/", "/contacts/", "/help-now/", "/topics/law/"} <= english
    above = set(public_urls.of_one_language())
    assert {"/robots.txt", "/sitemap.xml", "/emergency/", "/stalking", "/404.html"} <= above
    assert not english & above
    assert not [a for a in addresses if a.startswith(("/admin", "/healthz"))]


def test_an_app_can_register_more_addresses(monkeypatch):
    monkeypatch.setattr(
        "services.urls.public_addresses", lambda: ["/services/near/"], raising=False
    )
    assert "/services/near/" in public_urls.english()
    assert "/services/near/" in public_urls.everything()
    # In a draft language it is not printed, but rendered from the edition on request.
    assert "/ur/services/near/" not in public_urls.everything()
    assert "/ur/services/near/" in public_urls.live()


def test_a_page_made_after_one_without_a_database_is_as_complete(client):
    """An error page is made from the file of critical numbers: no other page may remember that."""
    with memory.using(memory.Memory()):
        without, page = (client.get(path).content.decode() for path in ("/nothing/", "/topics/"))
    assert 'class="always"' not in without
    assert 'class="always"' in page
