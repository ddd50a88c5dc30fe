"""Which languages readers can choose: a publisher decides, once the safety set is reviewed."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helphub.languages import offered, safety_set, texts
from helphub.languages.models import Language
from strategy.models import Guide
from tests.languages.approved import approve_all
from tests.support.officers import officer_named
from tests.support.reader import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def urdu():
    return Language.objects.get(slug="ur")


@pytest.fixture
def production(settings):
    settings.LAPTOP = False


def offer(language):
    """As a publisher does, but without the reviews that a model test has no use for."""
    Language.objects.filter(pk=language.pk).update(is_offered=True)


def test_at_first_production_serves_english_only(production):
    assert offered.served() == ["en"]


def test_a_laptop_serves_the_others_as_drafts(client):
    assert "ur" in offered.served()
    assert "ur" not in offered.offered()
    page = client.get("/ur/")
    assert page.status_code == 200
    assert 'class="draft"' in page.text
    assert 'class="draft"' not in client.get("/").text


def test_a_language_that_is_not_offered_has_no_pages_in_production(client, production):
    page = client.get("/ur/", secure=True)
    assert page.status_code == 404
    assert 'lang="en"' in page.text


def test_an_offered_language_has_pages_a_place_in_the_menu_and_in_the_sitemap(
    client, production, urdu
):
    assert "/ur/" not in client.get("/sitemap.xml", secure=True).text
    offer(urdu)
    page = client.get("/ur/", secure=True)
    assert page.status_code == 200
    assert 'lang="ur"' in page.text
    assert 'dir="rtl"' in page.text
    assert 'class="draft"' not in page.text
    assert 'href="/ur/contacts/"' in client.get("/contacts/", secure=True).text
    assert "/ur/contacts/" in client.get("/sitemap.xml", secure=True).text


def test_a_language_is_not_offered_while_its_safety_set_is_not_reviewed(urdu):
    urdu.is_offered = True
    with pytest.raises(ValidationError, match="of the texts are not reviewed yet"):
        urdu.full_clean()


def test_a_language_is_offered_once_all_of_its_safety_set_is_reviewed(urdu):
    fill_in_what_is_missing("ur")
    approve_all(safety_set.everything(), "ur")
    assert safety_set.left("ur") == missing_in_the_interface("ur")
    # One changed sentence later it would not be. It stays offered, and the part is in English.
    guide = Guide.objects.get(slug="help-now")
    guide.summary_en = "Another sentence."
    guide.save()
    (left,) = [t for t in safety_set.left("ur") if t.record]
    assert left.name.field == "summary"
    offer(urdu)
    urdu.refresh_from_db()
    urdu.full_clean()


def fill_in_what_is_missing(code):
    for text in safety_set.everything():
        if text.record is not None and not text.words[code]:
            setattr(text.record, f"{text.name.field}_{code}", "لفظ")
            text.record.save()


def missing_in_the_interface(code):
    return [text for text in texts.of_interface() if not text.words[code]]


def test_without_a_database_pages_for_trouble_are_in_english(monkeypatch):
    with connection.execute_wrapper(broken):
        assert offered.offered() == ["en"]


def broken(*arguments):
    from django.db import OperationalError

    raise OperationalError("gone")


def test_a_laptop_asks_nothing_for_a_page_in_english(client):
    with CaptureQueriesContext(connection) as queries:
        client.get("/robots.txt")
    assert not [query for query in queries if "languages_language" in query["sql"]]


def test_the_first_page_says_which_language_a_publisher_could_offer(urdu):
    petra = officer_named("petra", "Publishers")
    assert "Ready to be offered" not in Page(petra.get("/admin/")).text
    approve_all(safety_set.everything(), "ur")
    page = Page(petra.get("/admin/"))
    assert "Ready to be offered 1 Urdu" in page.text
    offer(urdu)
    assert "Ready to be offered" not in Page(petra.get("/admin/")).text
