"""An edition has reviewed words in offered languages, and the English in place of the others."""

import pytest

from helphub.editions import store, version_rows
from helphub.editions.choice import Choice
from helphub.languages import texts
from helphub.languages.models import Language
from helphub.languages.shown import keep_what_may_be_shown
from strategy.models import Guide
from tests.languages.approved import approve_all
from tests.support.factories import make_guide

pytestmark = pytest.mark.django_db
WORDS = "یہ ایک جملہ ہے۔"


@pytest.fixture
def guide():
    return make_guide(summary_en="A sentence.", summary_ur=WORDS)


def rows_of(guide, is_offered):
    row = {name: getattr(guide, name) for name in columns(Guide)}
    language = {"slug": "ur", "is_offered": is_offered}
    return {Guide: {guide.pk: row}, Language: {1: language}}


def columns(model):
    return [field.attname for field in model._meta.concrete_fields]


def shown(guide, is_offered):
    guide.refresh_from_db()
    rows = rows_of(guide, is_offered)
    keep_what_may_be_shown(rows)
    return rows[Guide][guide.pk]["summary_ur"]


def test_a_laptop_shows_drafts_while_the_language_is_not_offered(guide):
    assert shown(guide, is_offered=False) == WORDS


def test_production_has_no_drafts_in_its_file(guide, settings):
    settings.LAPTOP = False
    assert shown(guide, is_offered=False) == ""


def test_an_offered_language_shows_no_draft(guide):
    assert shown(guide, is_offered=True) == ""


def test_an_offered_language_shows_what_two_people_approved(guide, settings):
    settings.LAPTOP = False
    approve_all(texts.of_record(guide), "ur")
    assert shown(guide, is_offered=True) == WORDS


def test_changed_english_is_shown_in_english_even_as_a_draft(guide):
    approve_all(texts.of_record(guide), "ur")
    guide.summary_en = "Another sentence."
    guide.save()
    assert shown(guide, is_offered=True) == ""
    assert shown(guide, is_offered=False) == ""


def test_a_translation_of_nothing_is_not_shown(guide):
    guide.summary_en = ""
    guide.save()
    assert shown(guide, is_offered=True) == ""
    assert shown(guide, is_offered=False) == ""


def test_a_newer_draft_does_not_take_the_reviewed_words_from_readers(guide):
    approve_all(texts.of_record(guide), "ur")
    guide.summary_ur = "یہ دوسرا جملہ ہے۔"
    guide.save()
    assert shown(guide, is_offered=True) == WORDS


def test_an_edition_s_file_has_only_what_may_be_shown(editions, settings):
    """The whole of it, with the content as it is: no language is offered."""
    settings.LAPTOP = False
    # The file is what matters here, so the pages are left to other tests.
    choice = Choice(store.current(), None)
    rows = version_rows.rows_of(choice.states([]))
    keep_what_may_be_shown(rows)
    left = [
        (model.__name__, key, name)
        for model in texts.translated_models()
        for key, row in rows[model].items()
        for name, value in row.items()
        if value and name.endswith(("_ur", "_pa", "_pl", "_ro", "_ar", "_en_simple"))
    ]
    assert left == []
