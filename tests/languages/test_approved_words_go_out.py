"""What two people approved goes out with any publication, and a publisher sees it before."""

import pytest
from django.urls import reverse

from helphub.editions import changed_words, publish, readers_content, store
from helphub.editions.models import PublicationRequest
from helphub.history.recording import recording
from helphub.languages import same_meaning, texts
from helphub.languages.models import Approval, Language, Translation
from helphub.languages.states import of_text
from strategy.models import Guide
from tests.languages.approved import approve_all
from tests.support.reader import Page, form_values

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def offered(editions):
    """An edition in which Urdu is offered, and nothing of it approved."""
    with recording(why="offered"):
        language = Language.objects.get(slug="ur")
        language.is_offered = True
        language.save()
    publish.publish()
    return language


@pytest.fixture
def consent(offered):
    return Guide.objects.get(slug="consent")


def waiting():
    return changed_words.waiting(store.current())


def shown(guide):
    return readers_content.rows_of(store.current())[Guide][guide.pk]["summary_ur"]


def test_approved_words_wait_and_go_out_without_a_tick(consent, admin):
    assert waiting() == []
    assert not shown(consent)
    found = list(texts.of_record(consent))
    approve_all(found, "ur")
    assert waiting() == [("Urdu", len(found), 0, False)]
    address = reverse("publishing:waiting")
    page = Page(admin.get(address))
    assert f"Urdu: {len(found)} texts approved since" in page.text
    admin.post(address, form_values(page) | {"why": "Two people approved them."})
    (request,) = PublicationRequest.objects.all()
    assert request.chosen == []
    publish.publish(fingerprints={})
    assert shown(consent) == consent.summary_ur
    assert waiting() == []
    assert "There is nothing to publish at the moment" in Page(admin.get(address)).text


def test_words_that_a_reviewer_sends_back_wait_to_be_english(consent):
    found = list(texts.of_record(consent))
    approve_all(found, "ur")
    publish.publish(fingerprints={})
    row = found[0].name

    translation = Translation.objects.get(**row._asdict(), language="ur")
    Approval.objects.filter(translation=translation, reviewer="rani").update(
        is_approved=False, note="Not so."
    )
    Translation.objects.filter(pk=translation.pk).update(reviewed_words="", reviewed_from="")
    assert waiting() == [("Urdu", 0, 1, False)]


def test_changed_english_that_is_not_published_takes_no_translation_from_readers(consent):
    approve_all(texts.of_record(consent), "ur")
    publish.publish(fingerprints={})
    with recording(why="changed"):
        consent.summary_en = "Another sentence."
        consent.save()
    assert waiting() == []
    publish.publish(fingerprints={})
    assert shown(consent) == consent.summary_ur


def test_before_a_language_is_offered_a_publisher_sees_what_it_would_bring(editions):
    found = list(texts.of_record(Guide.objects.get(slug="consent")))
    approve_all(found, "ur")
    assert waiting() == []
    with recording(why="offered"):
        language = Language.objects.get(slug="ur")
        language.is_offered = True
        language.save()
    ((name, _in_urdu, _in_english, is_new),) = waiting()
    assert (name, is_new) == ("Urdu", True)


def test_approved_words_of_the_frame_wait_and_go_out_too(offered):
    found = list(texts.of_interface())[:3]
    approve_all(found, "ur")
    assert waiting() == [("Urdu", 3, 0, False)]
    publish.publish(fingerprints={})
    assert waiting() == []
    Approval.objects.filter(reviewer="rani").update(is_approved=False, note="Not so.")
    assert waiting() == [("Urdu", 0, 3, False)]


def test_a_publisher_sees_which_changed_words_would_be_in_english(consent, admin):
    approve_all(texts.of_record(consent), "ur")
    approve_all(texts.of_record(consent), "pl")  # Not offered.
    publish.publish(fingerprints={})
    address = reverse("publishing:waiting")
    with recording(why="changed"):
        consent.summary_en = "Another sentence."
        consent.save()
    said = "Readers in Urdu will see the changed words in English"
    assert said in Page(admin.get(address)).text
    name = next(texts.of_record(consent)).name._replace(field="summary")
    row = Translation.objects.get(**name._asdict(), language="ur")
    for who in ("olga", "piotr"):
        same_meaning.say(name, row.made_from, of_text("Another sentence."), who)
    assert said not in Page(admin.get(address)).text


def test_a_publisher_sees_where_only_translations_have_changed(consent, admin):
    said = "Only its translations have changed"
    with recording(why="translated"):
        consent.summary_ur = "یہ ایک جملہ ہے۔"
        consent.save()
    assert said in Page(admin.get(reverse("publishing:waiting"))).text
    with recording(why="changed"):
        consent.summary_en = "Another sentence."
        consent.save()
    assert said not in Page(admin.get(reverse("publishing:waiting"))).text
