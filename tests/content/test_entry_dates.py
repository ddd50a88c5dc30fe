"""Entries that start and end on a day, and archived pages: what readers then see."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from contacts.models import Phone
from deploy.nginx import front
from helphub.editions import (
    integrity,
    manifests,
    page_files,
    publish,
    serve,
    sources,
    spares,
    store,
)
from helphub.middleware import emergency_answer
from services.models import Service, Town
from strategy.models import FormOfAbuse, Guide
from tests.support import factories
from tests.support.admin_forms import errors, save
from tests.support.edition_server import Answer, behind
from tests.support.reader import Page

pytestmark = [pytest.mark.django_db, pytest.mark.languages("en", "ur")]

HEADING = "We no longer keep this page"


def heading(address):
    """The heading of a page that is no longer kept, in the language of its address."""
    with translation.override("ur" if address.startswith("/ur/") else "en"):
        return translation.gettext(HEADING)


def day(days):
    return timezone.localdate() + timedelta(days=days)


def page(address):
    return (store.current() / "pages" / page_files.file_of(address)).read_text()


def pages():
    return manifests.pages_of(store.current())


def shows(address):
    """The English pages with this link, including the sitemap."""
    return [
        linking
        for linking, page in pages().items()
        if page["file"]
        and not linking.startswith("/ur/")
        and f'"{address}"' in (store.current() / "pages" / page["file"]).read_text()
        and linking != address
    ]


def is_found():
    """Whether the find box of this edition knows the guide."""
    key = Guide.objects.get(slug="consent").pk
    with closing(sqlite3.connect(store.current() / "find.sqlite3")) as file:
        rows = file.execute("SELECT 1 FROM words_en WHERE kind = 'guide' AND key = ?", [key])
        return rows.fetchone() is not None


def a_day_passes(**dates):
    """As if days had passed: the edition's own content gets the dates its rows would have."""
    with closing(sqlite3.connect(store.current() / "content.sqlite3")) as file:
        for name, value in dates.items():
            file.execute(
                f"UPDATE strategy_guide SET {name} = ? WHERE slug = 'consent'",  # noqa: S608
                [value.isoformat()],
            )
        file.commit()
    manifest = manifests.manifest_of(store.current())
    manifest["files"] = integrity.hashes_of(store.current(), integrity.FILES)
    (store.current() / "manifest.json").write_text(json.dumps(manifest))
    spares.write_spares(store.current())
    publish.publish(sources.CURRENT, who="the clock", why="a new day")


def set_guide(**values):
    Guide.objects.filter(slug="consent").update(**values)


@pytest.mark.parametrize(
    ("starts", "ends", "is_shown"),
    [
        (None, None, True),
        (0, None, True),
        (1, None, False),
        (None, 0, True),
        (None, -1, False),
        (-3, 3, True),
        (2, 3, False),
    ],
)
def test_an_entry_is_published_from_its_first_day_to_its_last(db, starts, ends, is_shown):
    dates = {
        "starts_on": None if starts is None else day(starts),
        "ends_on": None if ends is None else day(ends),
    }
    for model in (Guide, Service, FormOfAbuse, Town, Phone):
        row = model.objects.filter(is_published=True).exclude(slug__in=["h-999", "h-spoc"]).first()
        model.objects.filter(pk=row.pk).update(**dates)
        row.refresh_from_db()
        assert row.is_shown == is_shown
        assert model.objects.published().filter(pk=row.pk).exists() == is_shown


def test_an_entry_that_starts_later_is_baked_but_appears_nowhere_until_its_day(editions):
    name = Guide.objects.get(slug="consent").name_en
    linking = shows("/guides/consent/")
    assert {"/guides/", "/ur/guides/"} & set(linking)
    set_guide(starts_on=day(1))
    FormOfAbuse.objects.filter(slug="law").update(description_en="Read {guide:consent} first.")
    # Nobody may learn of a page that readers never had.
    new = factories.make_guide(starts_on=day(1))
    publish.publish()
    assert new.get_absolute_url() not in pages()
    assert shows(new.get_absolute_url()) == []
    # Whoever kept the address of one that they had learns when it is back.
    for address in ("/guides/consent/", "/ur/guides/consent/"):
        assert pages()[address]["status"] == 404
    assert f"It is back on {day(1):%-d %B %Y}." in page("/guides/consent/")
    assert shows("/guides/consent/") == []
    assert "/guides/consent/" not in (store.current() / "pages/sitemap.xml").read_text()
    assert not is_found()
    # The next edition has neither: a first day that was published is no page that was seen.
    publish.publish()
    assert new.get_absolute_url() not in pages()
    assert pages()["/guides/consent/"]["status"] == 404
    # The sentence around its name stays whole.
    assert f"Read {name} first." in page("/topics/law/")
    # The publisher's daily edition, made of the edition's own content, shows it.
    set_guide(body_en="Not approved yet.")
    a_day_passes(starts_on=day(0))
    assert pages()["/guides/consent/"]["status"] == 200
    assert "Not approved yet." not in page("/guides/consent/")
    assert set(linking) <= set(shows("/guides/consent/"))
    assert is_found()
    assert "/guides/consent/" in (store.current() / "pages/sitemap.xml").read_text()


def test_after_its_last_day_an_entry_is_gone_and_its_address_says_so(editions):
    set_guide(ends_on=day(0))
    publish.publish()
    assert pages()["/guides/consent/"]["status"] == 200
    a_day_passes(ends_on=day(-1))
    for address in ("/guides/consent/", "/ur/guides/consent/"):
        assert pages()[address]["status"] == 410
        assert heading(address) in page(address)
    assert shows("/guides/consent/") == []


def test_an_entry_that_ends_before_it_starts_is_refused_at_the_field(admin):
    guide = Guide.objects.get(slug="consent")
    answer = save(admin, guide, starts_on=day(3).isoformat(), ends_on=day(2).isoformat())
    assert errors(answer) == [
        "This is before the first day. Choose a later day, or leave it empty."
    ]
    guide.refresh_from_db()
    assert guide.ends_on is None
    typed = {"starts_on": day(2).isoformat(), "ends_on": day(2).isoformat()}
    # Readers lose it until then, so the form asks; this confirms.
    save(admin, guide, **typed, _yes=day(2).isoformat())
    guide.refresh_from_db()
    assert guide.ends_on == day(2)


def test_a_number_on_every_page_cannot_have_a_first_or_last_day(admin):
    spoc = Phone.objects.get(slug="h-spoc")
    answer = save(admin, spoc, ends_on=day(2).isoformat())
    assert "A critical number has no first or last day. Leave this empty." in errors(answer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Phone.objects.filter(pk=spoc.pk).update(starts_on=day(2))


def test_a_page_that_the_site_links_to_cannot_be_archived_in_the_admin(admin):
    guide = Guide.objects.get(slug="help-now")
    save(admin, guide, is_archived="on", ends_on=day(-1).isoformat())
    guide.refresh_from_db()
    assert (guide.is_archived, guide.ends_on) == (False, None)


# Archived


def test_an_archived_page_is_in_no_list_and_its_address_says_where_to_go(
    editions, client, tmp_path
):
    set_guide(is_archived=True, moved_to="/guides/reporting/")
    publish.publish()
    assert not is_found()
    assert shows("/guides/consent/") == []
    assert "/guides/consent/" not in (store.current() / "pages/sitemap.xml").read_text()
    server = serve.Server(behind, emergency_answer)
    for address, target in (
        ("/guides/consent/", "/guides/reporting/"),
        ("/ur/guides/consent/", "/ur/guides/reporting/"),
    ):
        for answer in (Answer(server, address), client.get(address)):
            assert answer.status_code == 410
            read = Page(answer)
            assert heading(address) in read.main
            assert target in read.internal_links
            assert [href for href, _shown in read.lines][:2] == ["tel:999", "tel:01384455411"]
            assert read.faults == []
    # nginx leaves it to the application, which answers with the right status.
    (tmp_path / "front").mkdir()
    front.Front(tmp_path / "front").look()
    served = (tmp_path / "front" / "current" / "http.conf").read_text()
    assert '"/guides/reporting/"' in served
    assert '"/guides/consent/"' not in served


def test_without_a_successor_an_archived_page_leads_to_its_list(client):
    for model, slug, url in (
        (Guide, "consent", "/guides/"),
        (FormOfAbuse, "law", "/topics/"),
        (Service, Service.objects.published().first().slug, "/services/"),
        (Town, Town.objects.published().first().slug, "/near/"),
    ):
        row = model.objects.get(slug=slug)
        model.objects.filter(pk=row.pk).update(is_archived=True)
        answer = client.get(row.get_absolute_url())
        assert answer.status_code == 410
        (link,) = [
            anchor
            for anchor in Page(answer).one("main").iter("a")
            if "there now" in "".join(anchor.itertext())
        ]
        assert link.get("href") == url


def test_an_entry_that_was_never_published_is_not_found(client):
    set_guide(is_archived=True, is_published=False)
    assert client.get("/guides/consent/").status_code == 404


def test_an_entry_that_links_to_an_archived_page_is_left_out(editions):
    set_guide(is_archived=True)
    FormOfAbuse.objects.filter(slug="law").update(
        description_en="Read [this](/guides/consent/) first."
    )
    done = publish.publish()
    (refusal,) = done.left_out
    assert refusal.record.label == "strategy.formofabuse"
    assert (
        "/guides/consent/, which is archived or past its last day. Remove the link." in refusal.why
    )
    assert pages()["/guides/consent/"]["status"] == 410


@pytest.mark.parametrize("moved_to", ["/guides/reporting/", "/topics/law/", "/services/", "/"])
def test_a_page_can_move_to_another_page_of_the_site(db, moved_to):
    guide = Guide.objects.get(slug="consent")
    guide.moved_to = moved_to
    guide.full_clean()


@pytest.mark.parametrize(
    "moved_to",
    [
        "/guides/nothing/",
        "/guides/consent/",
        "/admin/",
        "/ur/guides/reporting/",
        "guides/reporting/",
        "https://example.org/",
        "//example.org/",
        "javascript:alert(1)",
        "/guides/reporting/?x=1",
        "/healthz/live/",
        "/find/x/",
    ],
)
def test_a_page_cannot_move_anywhere_else(db, moved_to):
    guide = Guide.objects.get(slug="consent")
    guide.moved_to = moved_to
    with pytest.raises(ValidationError) as refused:
        guide.full_clean()
    assert list(refused.value.message_dict) == ["moved_to"]
