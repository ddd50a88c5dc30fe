"""Find in each language: in its script, and as people type it in Latin letters."""

import pytest

from helphub.search.build import build_index
from tests.support.find import ask

pytestmark = pytest.mark.django_db

QUERIES = [
    ("ur", "زبردستی", "guides/just-happened"),
    ("ur", "zabardasti", "guides/just-happened"),
    ("ur", "zyadti", "guides/just-happened"),
    ("ur", "mere shohar ne mujhe mara", "topics/"),
    ("pa", "ਬਲਾਤਕਾਰ", "guides/just-happened"),
    ("pa", "pati kutda hai", "guides/close-to-home"),
    ("pl", "gwałt", "guides/just-happened"),
    ("pl", "mnie zgwalcil", "guides/just-happened"),
    ("pl", "mąż mnie bije", "services/life-at-home"),
    ("ro", "m-a violat", "guides/just-happened"),
    ("ro", "sotul ma bate", "services/"),
    ("ar", "اغتصاب", "guides/just-happened"),
    ("ar", "ightisab", "guides/just-happened"),
]


@pytest.fixture(scope="module", autouse=True)
def index(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        build_index()


def links(client, code, words):
    page = ask(client, words, code)
    return [link.get("href") for link in page.one("main").iter("a")]


@pytest.mark.parametrize(("code", "words", "leads_to"), QUERIES)
def test_everyday_words_lead_to_pages_in_the_reader_s_language(client, code, words, leads_to):
    found = [link for link in links(client, code, words) if not link.startswith("tel:")]
    assert found[0].startswith(f"/{code}/{leads_to}")


def test_a_foreign_word_is_not_read_as_english(client):
    """Od is Polish for “from”. In English it stands for an overdose, and leads to help now."""
    assert links(client, "pl", "od męża")[0] != "/pl/help-now/"
    assert links(client, "en", "od")[0] == "/help-now/"


def test_english_is_understood_on_a_page_in_another_language(client):
    assert links(client, "pl", "help i was raped")[0].startswith("/pl/guides/just-happened")
