"""One press publishes what checks changed, and leaves what somebody else changed."""

import pytest
from django.urls import reverse

from contacts.models import Phone
from helphub.checking.publishing_checks import also_changed, publishable
from helphub.editions import state_files
from helphub.editions.models import PublicationRequest
from helphub.editions.worker import Watcher
from helphub.publishing import pending
from strategy.models import Guide
from tests.support.admin_forms import save
from tests.support.checks import log
from tests.support.officers import officer_named
from tests.support.reader import Page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

PUBLISH = reverse("checking:publish-checked")


def line(slug):
    return Phone.objects.get(slug=slug)


def test_only_what_checks_changed_is_published(editions, admin):
    galop, napac = line("h-galop"), line("h-napac")
    log(admin, galop, "confirmed")
    log(admin, napac, "confirmed")
    save(admin, napac, purpose_en="Not approved yet.")
    save(admin, Guide.objects.get(slug="consent"), body_en="Not approved yet.")
    assert publishable() == {("contacts.phone", galop.pk): str(galop)}
    assert also_changed() == {("contacts.phone", napac.pk): str(napac)}
    page = Page(admin.post(PUBLISH, follow=True))
    assert f"“{napac}” was not published" in page.text
    admin.post(PUBLISH)
    request = PublicationRequest.objects.get()
    assert (request.kind, request.chosen) == ("release", [["contacts.phone", galop.pk]])
    Watcher().look()
    assert {item.name for item in pending.records()} == {
        ("contacts.phone", napac.pk),
        ("strategy.guide", Guide.objects.get(slug="consent").pk),
    }
    assert publishable() == {}
    page = Page(admin.post(PUBLISH, follow=True))
    assert "No check has changed anything that readers do not have." in page.text


def test_an_edit_before_a_check_waits_too(editions, admin):
    galop = line("h-galop")
    save(admin, galop, purpose_en="Not approved yet.")
    log(admin, galop, "confirmed")
    assert publishable() == {}
    assert also_changed() == {("contacts.phone", galop.pk): str(galop)}


def test_nothing_is_asked_while_readers_have_an_earlier_edition(editions, admin):
    log(admin, line("h-galop"), "confirmed")
    state_files.pin(1, "somebody", "A test")
    page = Page(admin.post(PUBLISH, follow=True))
    assert "Nothing was published. somebody went back to edition 1." in page.text
    assert not PublicationRequest.objects.exists()


def test_only_publishers_may_publish_checks(admin, db):
    assert officer_named("kim", "Editors").post(PUBLISH).status_code == 403
    assert admin.get(PUBLISH).status_code == 405
    assert publishable() == also_changed() == {}
