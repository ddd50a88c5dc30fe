"""Preview: one waiting record, as readers would see it, by a link that expires."""

import os
import time
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Organization, Phone
from helphub.editions import integrity, manifests, publish, shares, sources, store, withdrawing
from helphub.editions.models import ReadersHad
from helphub.publishing import preview
from services.models import Service, Town
from strategy.models import FormOfAbuse, Guide
from tests.support.places import PUBLIC, place
from tests.support.reader import Page

pytestmark = [pytest.mark.django_db, pytest.mark.languages("en", "ur")]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.PREVIEWS_DIR = tmp_path / "previews"
    return settings.PREVIEWS_DIR


@pytest.fixture
def stranger():
    """A visitor without an account, who was given a link."""
    return Client()


def token(row):
    return preview.token_for(row._meta.label_lower, row.pk)


def landing(row):
    return reverse("publishing:preview", args=[token(row)])


def page(row, language="en"):
    return reverse("publishing:preview-page", args=[token(row), language])


def test_a_waiting_entry_is_shown_as_readers_would_see_it_in_each_language(editions, stranger):
    guide = Guide.objects.get(slug="consent")
    Guide.objects.filter(pk=guide.pk).update(body_en="Words that wait.")
    answer = stranger.get(landing(guide))
    assert answer.status_code == 200
    links = [link for link in Page(answer).internal_links if "/preview/" in link]
    assert len(links) == 2
    shown = {language: stranger.get(page(guide, language)) for language in ("en", "ur")}
    assert "Words that wait." in shown["en"].content.decode()
    assert Page(shown["ur"]).root.get("dir") == "rtl"
    # Once it is published, readers get these very bytes, with these headers.
    publish.publish()
    for language, address in (("en", "/guides/consent/"), ("ur", "/ur/guides/consent/")):
        readers_page = manifests.pages_of(store.current())[address]
        assert integrity.digest(shown[language].content) == readers_page["sha256"]
        for name in ("Content-Security-Policy", "Cache-Control", "Referrer-Policy"):
            assert shown[language][name] == readers_page["headers"][name]


def test_a_link_from_before_the_address_changed_still_works_without_an_account(editions, stranger):
    former = landing(Guide.objects.get(slug="consent")).replace("/publishing/", "/desk/")
    answer = stranger.get(former, follow=True)
    assert answer.status_code == 200
    assert "/publishing/preview/" in answer.redirect_chain[0][0]
    # What it leads to is still guarded.
    (first, _), *_rest = stranger.get("/admin/desk/waiting/", follow=True).redirect_chain[1:]
    assert first.startswith("/admin/login/")


def test_a_preview_leaves_nothing_behind(editions, stranger):
    guide = Guide.objects.get(slug="consent")
    for address in (landing(guide), page(guide)):
        answer = stranger.get(address)
        assert answer.status_code == 200
        assert not answer.cookies
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex"
        assert not {"CDN-Cache-Control", "Surrogate-Control"} & set(answer.headers)
        assert stranger.post(address).status_code == 405


def test_what_is_no_longer_withdrawn_but_not_published_is_in_no_other_preview(editions, stranger):
    phone = Phone.objects.get(slug="h-samaritans")
    service = Service.objects.get(line="h-samaritans")
    assert "tel:116123" in stranger.get(page(service)).content.decode()
    withdrawal = withdrawing.withdraw(phone, "an officer", "A test")
    publish.publish(sources.WITHDRAWAL)
    withdrawing.lift_withdrawal(withdrawal, "an officer")
    assert "tel:116123" not in stranger.get(page(service)).content.decode()


def test_a_draft_and_a_future_entry_are_shown_as_if_their_day_had_come(editions, stranger):
    draft = Guide.objects.create(
        slug="draft",
        name_en="A draft",
        title="Draft",
        body_en="Text of a draft",
        starts_on=timezone.localdate() + timedelta(days=9),
    )
    answer = stranger.get(page(draft))
    assert answer.status_code == 200
    assert "Text of a draft" in answer.content.decode()


def test_no_other_waiting_change_is_shown(editions, stranger):
    guide, other = Guide.objects.get(slug="consent"), Guide.objects.get(slug="reporting")
    suggestion = guide.suggestions.first()
    Guide.objects.filter(pk=guide.pk).update(body_en="See {guide:reporting} and {guide:secret}.")
    Guide.objects.filter(pk=other.pk).update(name_en="A name that waits")
    Guide.objects.create(slug="secret", name_en="Secret words", title="Secret", body_en="Secret")
    Service.objects.filter(pk=suggestion.service_id).update(name_en="A service that waits")
    shown = stranger.get(page(guide)).content.decode()
    assert f">{other.name_en}</a>" in shown
    for words in ("A name that waits", "A service that waits", "Secret"):
        assert words not in shown


def test_a_place_that_has_become_secret_is_not_shown(editions, stranger):
    location = place("h-galop", **PUBLIC)
    location.save()
    town, service = location.town, location.service
    publish.publish()
    assert location.postal_code in stranger.get(page(town)).content.decode()
    service.locations.all().delete()
    service.is_secret_place = True
    service.save()
    for row in (Town.objects.get(pk=town.pk), Service.objects.get(pk=service.pk)):
        answer = stranger.get(page(row))
        assert answer.status_code == 200
        assert location.postal_code not in answer.content.decode()


def test_a_withdrawn_entry_is_not_shown(editions, stranger):
    guide = Guide.objects.get(slug="consent")
    withdrawing.withdraw(guide, "officer", "It is wrong")
    answer = stranger.get(page(guide))
    assert answer.status_code == 409
    assert "It has been withdrawn from every page." in Page(answer).text


def test_a_number_is_shown_on_the_page_of_contacts(editions, stranger):
    phone = Phone.objects.get(slug="h-samaritans")
    Phone.objects.filter(pk=phone.pk).update(purpose_en="A purpose that waits.")
    assert "/contacts/" in Page(stranger.get(landing(phone))).text
    assert "A purpose that waits." in stranger.get(page(phone)).content.decode()


def test_an_entry_without_a_page_says_where_it_appears(editions, stranger):
    answer = stranger.get(landing(Organization.objects.first()))
    assert answer.status_code == 200
    assert "does not have its own page" in Page(answer).text


def test_an_entry_that_refers_to_something_readers_do_not_have_says_so(editions, stranger):
    organization = Organization.objects.create(slug="new", name="New people", is_published=True)
    service = Service.objects.get(line="h-samaritans")
    Service.objects.filter(pk=service.pk).update(organization=organization)
    # Something new is shown with it. What readers had once, an officer has taken from them.
    assert "New people" in Page(stranger.get(page(service))).main
    ReadersHad.objects.create(label="contacts.organization", key=organization.pk)
    answer = stranger.get(page(service))
    assert answer.status_code == 409
    assert "Publish that first." in Page(answer).text


def test_a_title_that_another_page_has_is_explained(editions, stranger):
    other = Guide.objects.get(slug="reporting")
    FormOfAbuse.objects.filter(slug="law").update(title="Free for a while")
    new = Guide.objects.create(slug="new", name_en="New", title="New title", body_en="Text")
    Guide.objects.filter(pk=other.pk).update(title="Old one")
    Guide.objects.filter(pk=new.pk).update(title=other.title)
    answer = stranger.get(page(new))
    assert answer.status_code == 409
    assert "This cannot be shown as it is." in Page(answer).text


@pytest.mark.parametrize("change", [lambda t: t + "x", lambda t: "x", lambda t: t[:-2], str.upper])
def test_a_forged_link_leads_nowhere_and_says_who_to_ask(editions, stranger, folder, change):
    forged = change(token(Guide.objects.get(slug="consent")))
    for address in (
        reverse("publishing:preview", args=[forged]),
        reverse("publishing:preview-page", args=[forged, "en"]),
    ):
        answer = stranger.get(address)
        assert answer.status_code == 404
        assert "Ask whoever sent it to you" in Page(answer).text
    assert not folder.exists()


def test_a_link_signed_for_another_purpose_is_refused(editions, stranger):
    forged = signing.dumps(["strategy.guide", 1])
    assert stranger.get(reverse("publishing:preview", args=[forged])).status_code == 404


def test_a_link_ends_after_seven_days(editions, stranger, monkeypatch):
    address = landing(Guide.objects.get(slug="consent"))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + timedelta(days=6, hours=23).total_seconds())
    assert stranger.get(address).status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + timedelta(days=7, hours=1).total_seconds())
    answer = stranger.get(address)
    assert answer.status_code == 410
    assert "Ask whoever sent it to you" in Page(answer).text


def test_a_preview_of_the_same_content_is_made_once(editions, stranger, monkeypatch):
    made = []
    run = shares.run
    monkeypatch.setattr(shares, "run", lambda *a, **k: made.append(a) or run(*a, **k))
    guide = Guide.objects.get(slug="consent")
    for address in (landing(guide), page(guide), page(guide, "ur"), page(guide)):
        assert stranger.get(address).status_code == 200
    assert len(made) == 1
    Guide.objects.filter(pk=guide.pk).update(body_en="Words that wait.")
    assert "Words that wait." in stranger.get(page(guide)).content.decode()
    assert len(made) == 2


def test_old_previews_are_cleared_away(editions, stranger, folder):
    guide = Guide.objects.get(slug="consent")
    stranger.get(page(guide))
    (first,) = [path for path in folder.iterdir() if path.is_dir()]
    old = time.time() - timedelta(days=8).total_seconds()
    os.utime(first, (old, old))
    (folder / ".work-ended").mkdir()
    Guide.objects.filter(pk=guide.pk).update(body_en="Words that wait.")
    stranger.get(page(guide))
    (second,) = [path for path in folder.iterdir() if path.is_dir()]
    assert second != first


def test_an_unknown_language_is_not_found(editions, stranger):
    assert stranger.get(page(Guide.objects.get(slug="consent"), "xx")).status_code == 404


def test_an_officer_can_make_the_link_on_the_records_own_page(editions, admin, stranger):
    guide = Guide.objects.get(slug="consent")
    Guide.objects.filter(pk=guide.pk).update(body_en="Words that wait.")
    address = reverse("publishing:waiting-entry", args=["strategy.guide", guide.pk])
    asked = Page(admin.get(address))
    assert "Make a link to share for 7 days" in asked.text
    link = Page(admin.post(address)).one("input", id="share").get("value")
    assert link.startswith("http://testserver/admin/publishing/preview/")
    assert stranger.get(link.removeprefix("http://testserver")).status_code == 200


def test_without_an_edition_there_is_nothing_to_show(db, stranger, settings, tmp_path):
    settings.EDITIONS_DIR = tmp_path / "editions"
    answer = stranger.get(landing(Guide.objects.get(slug="consent")))
    assert answer.status_code == 409
    assert "There is no edition yet." in Page(answer).text


@pytest.mark.parametrize("address", ["/admin/login/", "/admin/publishing/preview/forged/"])
def test_pages_of_the_admin_that_need_no_account_have_the_numbers(client, db, address):
    page = Page(client.get(address))
    assert ("tel:999", "999") in page.lines
    assert ("tel:01384455411", "01384 455411") in page.lines
