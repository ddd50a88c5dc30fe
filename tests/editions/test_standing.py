"""What waits, told from the versions in readers' edition."""

import json

import pytest

from contacts.models import Phone
from helphub.editions import (
    edition_versions,
    manifests,
    publish,
    readers_content,
    sources,
    standing,
    store,
    withdrawing,
)
from helphub.history.models import Version
from helphub.history.recording import catch_up, recording
from helphub.search.models import Synonym
from services.models import Audience, Location, Service, Town
from strategy.models import Guide
from tests.support.editions import consent_page
from tests.support.factories import make_guide
from tests.support.places import PUBLIC, place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def waiting():
    """What waits, whether or not the test saved it as officers do: {name: what}."""
    catch_up()
    now = standing.Standing(store.current())
    return {name: item.what for name, item in now.waiting.items()}


def name_of(row):
    return row._meta.label_lower, row.pk


def publish_only(*names):
    now = standing.Standing(store.current()).waiting
    return publish.publish(fingerprints={name: now[name].fingerprint for name in names})


def change(row, **values):
    with recording():
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


@pytest.fixture
def guide(editions):
    return Guide.objects.get(slug="consent")


@pytest.fixture
def other(editions):
    return Guide.objects.get(slug="help-now")


def test_a_change_and_the_same_back_again_do_not_wait(guide):
    was = guide.summary_en
    change(guide, summary_en="Other words.")
    assert waiting() == {name_of(guide): standing.CHANGED}
    change(guide, summary_en=was)
    assert waiting() == {}


def test_an_edition_says_which_version_of_each_record_it_has(guide, other):
    before = edition_versions.fingerprints_in(store.current(), [])
    change(guide, summary_en="Words that stay.")
    change(other, summary_en="Words that go out.")
    newest = standing.Standing(store.current()).newest[name_of(other)]
    publish_only(name_of(other))
    now = edition_versions.fingerprints_in(store.current(), [])
    assert before.keys() == now.keys()
    assert {name: now[name] for name in now if now[name] != before[name]} == {
        name_of(other): newest.fingerprint
    }


# A deleted record takes the links to it with it.


@pytest.fixture
def suggested(guide):
    """A service that the guide suggests."""
    return guide.suggestions.first().service


def deleted(row):
    name = name_of(row)
    with recording():
        row.delete()
    return name


def test_those_that_lose_a_link_to_a_deleted_record_do_not_wait(suggested, guide):
    name = deleted(suggested)
    assert waiting() == {name: standing.DELETED}
    # What else changed in them does.
    guide.refresh_from_db()
    change(guide, summary_en="Other words.")
    assert waiting() == {name: standing.DELETED, name_of(guide): standing.CHANGED}


def test_a_deletion_that_nobody_ticks_leaves_the_record_and_its_links(suggested, guide, other):
    service, slug = suggested.pk, suggested.slug
    deleted(suggested)
    change(other, summary_en="Words that go out.")
    publish_only(name_of(other))
    rows = readers_content.rows_of(store.current())
    assert rows[Service][service]["slug"] == slug
    assert f"/services/{slug}/" in consent_page()


def test_a_published_deletion_leaves_nothing_waiting(suggested):
    slug = suggested.slug
    name = deleted(suggested)
    publish_only(name)
    assert f"/services/{slug}/" not in consent_page()
    assert waiting() == {}


# Withdrawn, and no longer withdrawn


def test_what_is_no_longer_withdrawn_stays_hidden_until_it_is_published(guide, other):
    phone = Phone.objects.get(slug="h-samaritans")
    withdrawal = withdrawing.withdraw(phone, "an officer", "A test")
    publish.publish(sources.WITHDRAWAL)
    assert waiting() == {}

    def is_shown():
        return readers_content.rows_of(store.current())[Phone][phone.pk]["is_published"]

    assert not is_shown()
    withdrawing.lift_withdrawal(withdrawal, "an officer")
    assert waiting() == {name_of(phone): standing.LIFTED}
    publish.publish(sources.CURRENT)
    change(other, summary_en="Words that go out.")
    publish_only(name_of(other))
    assert not is_shown()
    assert waiting() == {name_of(phone): standing.LIFTED}
    publish_only(name_of(phone))
    assert is_shown()
    assert waiting() == {}


def test_a_place_that_is_no_longer_withdrawn_stays_hidden_until_its_service_is_published(
    guide, other
):
    location = place("h-galop", **PUBLIC)
    location.save()
    catch_up()
    publish.publish()
    withdrawal = withdrawing.withdraw(location, "an officer", "A test")
    publish.publish(sources.WITHDRAWAL)
    withdrawing.lift_withdrawal(withdrawal, "an officer")
    service = name_of(location.service)
    deletion = deleted(Synonym.objects.first())
    change(other, summary_en="Words that go out.")
    assert waiting() == {
        service: standing.CHANGED,
        deletion: standing.DELETED,
        name_of(other): standing.CHANGED,
    }
    publish_only(name_of(other))
    assert location.pk not in readers_content.rows_of(store.current())[Location]
    publish_only(service)
    assert location.pk in readers_content.rows_of(store.current())[Location]


def test_a_tick_from_before_something_was_lifted_is_refused(guide):
    phone = Phone.objects.get(slug="h-samaritans")
    withdrawal = withdrawing.withdraw(phone, "an officer", "A test")
    publish.publish(sources.WITHDRAWAL)
    change(phone, name_en="Other words")
    looked = standing.Standing(store.current()).waiting[name_of(phone)].fingerprint
    withdrawing.lift_withdrawal(withdrawal, "an officer")
    done = publish.publish(fingerprints={name_of(phone): looked})
    assert "has changed since you looked" in done.left_out[0].why
    assert not readers_content.rows_of(store.current())[Phone][phone.pk]["is_published"]


def test_a_record_withdrawn_before_readers_had_it_is_not_published_unticked(guide):
    new = make_guide(slug="new-one")
    withdrawing.withdraw(new, "an officer", "A test")
    assert waiting() == {}
    change(guide, summary_en="Words that go out.")
    publish_only(name_of(guide))
    assert new.pk not in readers_content.rows_of(store.current())[Guide]
    assert name_of(new) not in edition_versions.fingerprints_in(store.current(), [])


# A database that lacks what readers have


def test_what_a_restored_database_does_not_know_stays_until_its_deletion_is_ticked(guide):
    synonym = Synonym.objects.first()
    name = name_of(synonym)
    Synonym.objects.filter(pk=synonym.pk).delete()
    Version.objects.filter(label=name[0], key=name[1]).delete()
    assert waiting() == {name: standing.DELETED}
    change(guide, summary_en="Words that go out.")
    publish_only(name_of(guide))
    assert readers_content.rows_of(store.current())[Synonym][name[1]]["slug"] == synonym.slug
    assert waiting() == {name: standing.DELETED}
    publish_only(name)
    assert name[1] not in readers_content.rows_of(store.current())[Synonym]


def test_the_first_edition_leaves_out_a_faulty_entry(settings, tmp_path, editions):
    settings.EDITIONS_DIR = tmp_path / "none yet"
    Guide.objects.filter(slug="consent").update(title="Rape")
    done = publish.publish()
    # The entries whose texts link to it are left out too.
    name = name_of(Guide.objects.get(slug="consent"))
    assert name in [refusal.record[:2] for refusal in done.left_out]
    published = edition_versions.fingerprints_in(store.current(), [])
    assert name not in published
    assert len(published) > 300


# Editions of an earlier release


@pytest.fixture
def of_an_earlier_release(editions):
    """Readers' edition without what an earlier release did not write."""
    path = store.current() / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["versions"]
    path.write_text(json.dumps(manifest))
    assert "versions" not in manifests.manifest_of(store.current())


@pytest.mark.usefixtures("of_an_earlier_release")
def test_an_edition_of_an_earlier_release_is_told_by_its_content(guide, other):
    assert waiting() == {}
    change(guide, summary_en="Words that stay.")
    change(other, summary_en="Words that go out.")
    assert waiting() == dict.fromkeys(map(name_of, (guide, other)), standing.CHANGED)
    publish_only(name_of(other))
    assert "Words that stay." not in consent_page()
    assert waiting() == {name_of(guide): standing.CHANGED}
    assert "versions" in manifests.manifest_of(store.current())


@pytest.mark.parametrize(
    "row",
    [
        lambda: Guide.objects.get(slug="consent"),
        # Its numbers and services go with it.
        lambda: Phone.objects.get(slug="h-samaritans").organization,
        lambda: Town.objects.first(),
    ],
    ids=["guide", "organisation", "town"],
)
def test_what_is_withdrawn_in_an_earlier_edition_makes_nothing_wait(editions, other, request, row):
    place("h-galop", **PUBLIC).save()
    publish.publish()
    withdrawing.withdraw(row(), "an officer", "A test")
    publish.publish(sources.WITHDRAWAL)
    request.getfixturevalue("of_an_earlier_release")
    assert waiting() == {}
    change(other, summary_en="Words that go out.")
    publish_only(name_of(other))
    assert waiting() == {}
    shown = readers_content.rows_of(store.current())[type(row())].get(row().pk, {})
    assert not shown.get("is_published")


@pytest.mark.usefixtures("of_an_earlier_release")
def test_links_to_what_an_earlier_edition_has_not_got_make_nothing_wait(guide):
    # Made invisible after the edition: as if the edition had been made without it.
    with recording():
        hidden = Audience.objects.create(slug="hidden", name_en="Hidden")
        service = Service.objects.filter(is_published=True).first()
        service.audiences.add(hidden)
    assert waiting() == {}
    change(service, summary_en="Other words.")
    assert waiting() == {name_of(service): standing.CHANGED}
