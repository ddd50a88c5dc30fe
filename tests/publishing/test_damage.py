"""Damaged editions: readers get the previous one, and the publisher repairs what it can."""

import pytest
from django.urls import reverse

from helphub.content import registry
from helphub.editions import (
    integrity,
    outcomes,
    publish,
    serve,
    sources,
    store,
    withdrawing,
)
from helphub.editions.worker import Watcher
from helphub.middleware import emergency_answer
from services.models import Audience
from strategy.models import Guide
from tests.support.editions import consent_page, harm, some_pages
from tests.support.reader import Page

pytestmark = pytest.mark.django_db

EDITIONS = reverse("publishing:editions")


def test_a_damaged_edition_is_replaced_automatically_from_its_content(editions, admin, client):
    Guide.objects.filter(slug="consent").update(body_en="Of the second edition.")
    publish.publish()
    Guide.objects.filter(slug="consent").update(body_en="Not approved yet.")
    undamaged = store.folder_of(1)
    broken = store.folder_of(2)
    harm(broken, *some_pages(broken))
    assert integrity.damage_of(undamaged) is None
    # Meanwhile readers' servers use the previous one, and each page is good.
    assert serve.Server(None, emergency_answer).edition.folder == undamaged
    warnings = []
    watcher = Watcher()
    publish_it = publish.publish

    def told(*arguments, **named):
        warnings.append(client.get("/healthz/fresh").content.decode())
        warnings.append(Page(admin.get("/admin/")).text)
        return publish_it(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "publish", told)
        watcher.look()
    assert all("in edition 000002 is damaged" in warning for warning in warnings), warnings
    assert store.number_of(store.current()) == 3
    assert integrity.damage_of(store.current()) is None
    assert "Of the second edition." in consent_page()
    assert serve.Edition(store.current())
    assert client.get("/healthz/fresh").status_code == 200
    assert "was damaged" in Page(admin.get(EDITIONS)).text
    watcher.look_at_files_at = 0
    watcher.look()
    assert store.number_of(store.current()) == 3


@pytest.mark.parametrize("name", ["manifest.json", "content.sqlite3"])
@pytest.mark.parametrize("is_gone", [False, True])
def test_the_files_an_edition_is_made_from_are_put_back_from_their_spares(editions, name, is_gone):
    publish.publish()
    folder = store.folder_of(2)
    original = (folder / name).read_bytes()
    if is_gone:
        (folder / name).unlink()
    else:
        harm(folder, name)
    Watcher().look()
    assert store.current() == folder
    assert (folder / name).read_bytes() == original
    assert integrity.damage_of(folder) is None


@pytest.mark.parametrize("name", ["find.sqlite3", "critical_numbers.json"])
def test_damaged_files_made_from_the_content_are_made_again(editions, name):
    Guide.objects.filter(slug="consent").update(body_en="Of the second edition.")
    publish.publish()
    harm(store.folder_of(2), name)
    Watcher().look()
    assert store.number_of(store.current()) == 3
    assert "Of the second edition." in consent_page()
    assert integrity.damage_of(store.current()) is None


def test_lost_content_without_a_spare_is_reported_until_dismissed(editions, admin, client):
    Guide.objects.filter(slug="consent").update(body_en="Of the second edition.")
    publish.publish()
    harm(store.folder_of(2), "content.sqlite3", "content.sqlite3.gz")
    Watcher().look()
    assert "Of the second edition." not in consent_page()
    message = "The content of edition 2 was lost, so readers have the content of edition 1 again."
    assert message in client.get("/healthz/fresh").content.decode()
    assert message in Page(admin.get("/admin/")).text
    assert message in Page(admin.get(EDITIONS)).text
    assert "1 entry waiting to be published" in Page(admin.get("/admin/")).text
    publish.publish()
    assert "Of the second edition." in consent_page()
    outcomes.dismiss(outcomes.unmended()[0]["id"])
    assert client.get("/healthz/fresh").status_code == 200


def test_damage_that_cannot_be_repaired_is_reported_and_tried_again(editions, client, monkeypatch):
    publish.publish()
    harm(store.folder_of(2), *some_pages(store.folder_of(2)))
    watcher = Watcher()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            publish._Publication, "run", lambda *a: (_ for _ in ()).throw(OSError(28, "Full"))
        )
        watcher.look()
    assert client.get("/healthz/fresh").status_code == 503
    assert store.number_of(store.current()) == 2
    watcher.look()  # Not at once.
    assert store.number_of(store.current()) == 2
    watcher.look_at_files_at = 0
    watcher.look()
    assert store.number_of(store.current()) == 3
    assert client.get("/healthz/fresh").status_code == 200


def test_a_withdrawn_place_is_erased_even_if_the_content_cannot_be_read(editions, monkeypatch):
    publish.publish()
    monkeypatch.setattr(registry, "places", lambda: {"services.audience"})
    audience = Audience.objects.filter(services__isnull=False).first()
    harm(store.folder_of(1), "content.sqlite3")
    (store.folder_of(1) / "content.sqlite3").write_bytes(b"no database")
    withdrawing.withdraw(audience, "an officer", "Somebody could be found there")
    publish.publish(sources.WITHDRAWAL)
    assert store.numbers() == [3]
