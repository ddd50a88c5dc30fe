"""What monitoring is told: whether the site is alive, and whether its edition is fresh."""

import os
import shutil
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from contacts.models import Phone
from helphub.editions import publish, store
from helphub.editions.models import PublicationRequest
from helphub.publishing.requests import ask_for
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db

Kind, State = PublicationRequest.Kind, PublicationRequest.State
EDITIONS = reverse("publishing:editions")


def test_a_site_that_responds_is_alive(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz/live")
    assert (response.status_code, response.content) == (200, b"alive\n")


def test_a_site_without_an_edition_is_not_fresh(client):
    response = client.get("/healthz/fresh")
    assert response.status_code == 503
    assert b"There is no edition yet" in response.content


def test_a_new_edition_is_fresh_and_an_old_one_is_not(editions, client, monkeypatch):
    assert client.get("/healthz/fresh").status_code == 200
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 27 * 60 * 60)
    response = client.get("/healthz/fresh")
    assert response.status_code == 503
    assert b"more than a day old" in response.content


def test_a_refused_publication_is_not_fresh(editions, client):
    Phone.objects.filter(role="spoc").update(dial="01384455412", display="01384 455412")
    with pytest.raises(publish.RefusedError):
        publish.publish()
    response = client.get("/healthz/fresh")
    assert response.status_code == 503
    assert b"was refused" in response.content


def test_a_request_that_waits_too_long_is_not_fresh(editions, client, admin):
    ask_for(Kind.RELEASE, "me")
    assert client.get("/healthz/fresh").status_code == 200
    PublicationRequest.objects.update(asked_at=timezone.now() - timedelta(minutes=16))
    assert client.get("/healthz/fresh").status_code == 503
    # Begun and never finished counts as waiting: its publisher may have been killed.
    PublicationRequest.objects.update(state=State.RUNNING)
    assert client.get("/healthz/fresh").status_code == 503
    assert "waiting to be published for more than 15 minutes" in Page(admin.get("/admin/")).text


def test_a_dead_database_shows_in_the_admins_health_and_does_not_affect_readers(
    editions, client, settings
):
    def dead(*arguments):
        raise OperationalError("The server closed the connection.")

    with connection.execute_wrapper(dead):
        response = client.get("/healthz/fresh")
        assert response.status_code == 503
        assert b"The working database does not answer" in response.content
        settings.FOR_OFFICERS = False
        assert client.get("/healthz/fresh").status_code == 200


def test_an_unreadable_edition_is_not_fresh_and_breaks_nothing(editions, client, admin):
    (store.folder_of(1) / "manifest.json").write_text("{")
    os.utime(store.folder_of(1) / "manifest.json")
    assert client.get("/healthz/fresh").status_code == 503
    assert "cannot be read" in Page(admin.get("/admin/")).text
    assert text(Page(admin.get(EDITIONS)).one("main")).count("cannot be read") == 2


def test_a_missing_edition_breaks_nothing(editions, client, admin):
    shutil.rmtree(store.folder_of(1))
    assert client.get("/healthz/fresh").status_code == 503
    assert admin.get("/admin/").status_code == 200
    assert admin.get(EDITIONS).status_code == 200
