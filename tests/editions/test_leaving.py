"""A withdrawal makes the pages that show it at once, and the publisher makes the rest later."""

import pytest

from contacts.models import Phone
from helphub.editions import (
    build,
    integrity,
    leaving,
    manifests,
    page_files,
    publish,
    rollback,
    sources,
    store,
    up_to_date,
    withdrawing,
)
from helphub.editions.worker import Watcher
from services.models import Choice, Service
from strategy.models import FormOfAbuse, Guide

pytestmark = pytest.mark.django_db
LINE = "h-samaritans"


def withdraw(row):
    withdrawing.withdraw(row, "an officer", "A test")
    publish.publish(sources.WITHDRAWAL)


def fingerprints():
    return {
        address: page["sha256"] for address, page in manifests.pages_of(store.current()).items()
    }


def files():
    pages = store.current() / "pages"
    return {path.relative_to(pages): path for path in pages.rglob("*") if path.is_file()}


def showing(words):
    return {name for name, path in files().items() if words.encode() in path.read_bytes()}


def test_only_pages_that_show_it_are_made_at_once_and_the_others_follow(editions, made):
    # Every list counts it, but no card names it.
    service = Service.objects.get(slug="local-number")
    shown, before = showing("/services/local-number/"), fingerprints()
    withdraw(service)
    assert not showing("/services/local-number/")
    assert 0 < len(made[0]) < len(before) / 2
    # Its page of “Is this wrong?” goes with it.
    assert {page_files.file_of(address) for address in made[0]} >= {
        str(file) for file in shown & files().keys()
    }
    assert [a for a, mark in fingerprints().items() if a not in made[0] and mark != before[a]] == []
    assert integrity.damage_of(store.current()) is None
    assert manifests.manifest_of(store.current())["later"] > 40
    # The publisher makes them once, when it has nothing else to do.
    watcher = Watcher()
    watcher.look()
    watcher.look()
    assert store.numbers() == [1, 2, 3]
    manifest = manifests.manifest_of(store.current())
    assert manifest["why"] == "pages that a withdrawal left for later"
    assert not manifest.get("later")
    # Afterwards they match pages made from nothing.
    now = fingerprints()
    (store.current() / "answers.json.gz").unlink()
    publish.publish(sources.CURRENT)
    assert fingerprints() == now


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (lambda: Service.objects.get(slug="local-number"), "/services/local-number/"),
        (lambda: Guide.objects.get(slug="consent"), "/guides/consent/"),
        (lambda: FormOfAbuse.objects.get(slug="law"), "/topics/law/"),
        (lambda: Choice.objects.filter(name_en="Me").first(), ">Me<"),
    ],
)
def test_no_page_left_for_later_shows_anything_withdrawn(editions, row, words):
    assert showing(words)
    withdraw(row())
    left = showing(words)
    publish.publish(sources.CURRENT)
    assert left == showing(words)


def test_a_publisher_that_has_done_its_daily_check_makes_the_pages_left_for_later(editions):
    watcher = Watcher()
    watcher.look()
    assert store.numbers() == [1]
    withdraw(Service.objects.get(slug="local-number"))
    assert manifests.manifest_of(store.current())["later"]
    watcher.look()
    assert store.numbers() == [1, 2, 3]
    assert not manifests.manifest_of(store.current()).get("later")


def test_the_next_release_makes_the_pages_left_for_later(editions, made):
    withdraw(Service.objects.get(slug="local-number"))
    left = build.left_for_later(store.current(), fingerprints())
    publish.publish()
    assert left
    assert left <= set(made[1])


def test_new_code_does_not_delay_a_withdrawal(editions, made, monkeypatch):
    monkeypatch.setattr(up_to_date, "code_fingerprint", lambda: "another")
    withdraw(Phone.objects.get(slug=LINE))
    assert len(made[0]) < len(fingerprints()) / 2
    publish.publish(sources.CURRENT)
    assert set(made[0]) | set(made[1]) >= set(fingerprints())


def test_a_damaged_page_is_not_left_for_later(editions, made):
    name = "pages/topics/law.html"
    (store.current() / name).write_bytes(b"damaged")
    withdraw(Phone.objects.get(slug=LINE))
    assert "/topics/law/" in made[1]
    assert b"<h1" in (store.current() / name).read_bytes()
    assert integrity.damage_of(store.current()) is None


def test_an_older_edition_without_what_is_withdrawn_is_made_in_full(editions, made):
    Guide.objects.filter(slug="consent").update(body_en="Of the second edition.")
    publish.publish()
    withdraw(Phone.objects.get(slug=LINE))
    rollback.roll_back(1, "an officer", "A complaint")
    assert not manifests.manifest_of(store.current()).get("later")
    assert not showing("Of the second edition.")
    assert not showing(f"tel:{Phone.objects.get(slug=LINE).dial}")


def test_short_names_are_searched_for_as_whole_words(tmp_path):
    signs = leaving.Signs(
        {Guide: {1: {"slug": "law", "name": "Fish & chips", "body": "No name."}}},
        {Guide: {}},
    )
    page = tmp_path / "page"
    for body, is_shown in {
        '<a href="/topics/law/">': True,
        "lawful, outlaw, law-like": False,
        "<b>Fish &amp; chips</b>": True,
        "No name.": False,
    }.items():
        page.write_text(body)
        assert signs.are_in(page) is is_shown, body
