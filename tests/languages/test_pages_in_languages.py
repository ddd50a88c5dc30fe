"""A page of each kind in each language: its direction, and no English that is not marked."""

import pytest
from lxml import etree

from helphub.languages.names import codes
from tests.support.left_in_english import (
    OTHER_SCRIPTS,
    english_words,
    latin_share,
    words_marked_as_english,
)
from tests.support.reader import Page

pytestmark = pytest.mark.django_db

PATHS = [
    "/",
    "/help-now/",
    "/guides/",
    "/guides/just-happened/",
    "/guides/children/",
    "/topics/",
    "/topics/law/",
    "/services/",
    "/services/h-galop/",
    "/list/women/",
    "/start/",
    "/near/",
    "/interpreter/",
    "/contacts/",
    "/strategy/",
    "/strategy/evidence/",
    "/using-this-site/",
    "/accessibility/",
    "/privacy/",
    "/find/",
    "/no-such-page/",
]
RIGHT_TO_LEFT = {"ur", "ar"}
# Names of organisations, and what is typed or read in English. One page has many of them.
MOST_LATIN = 0.1


@pytest.mark.parametrize("code", codes())
def test_every_kind_of_page_has_its_language_and_direction(client, code):
    for path in PATHS:
        root = Page(client.get(f"/{code}{path}")).root
        assert root.get("lang") == code, path
        assert root.get("dir") == ("rtl" if code in RIGHT_TO_LEFT else "ltr"), path


@pytest.mark.parametrize("code", [code for code in codes() if code != "en-simple"])
def test_no_english_word_is_left_outside_marked_parts(client, code):
    left = {
        path: words
        for path in PATHS
        if (words := english_words(Page(client.get(f"/{code}{path}")).one("body"), code))
    }
    assert left == {}


@pytest.mark.parametrize("code", [code for code in codes() if code != "en-simple"])
def test_no_word_of_the_language_is_marked_as_english(client, code):
    """A screen reader would say it with an English voice."""
    for path in PATHS:
        body = Page(client.get(f"/{code}{path}")).one("body")
        assert words_marked_as_english(body, code) == [], path


@pytest.mark.parametrize("code", OTHER_SCRIPTS)
def test_few_latin_letters_are_outside_marked_parts(client, code):
    shares = {
        path: latin_share(Page(client.get(f"/{code}{path}")).one("body"), code) for path in PATHS
    }
    assert {path: share for path, share in shares.items() if share > MOST_LATIN} == {}


def test_the_parts_marked_as_english_are_few(client):
    """Names of organisations and the strategy's own words. Not what the drafts should say."""
    root = Page(client.get("/ur/guides/just-happened/")).one("main")
    marked = "".join(
        etree.tostring(part, encoding="unicode", method="text")
        for part in root.iter()
        if part.get("lang") == "en"
    )
    assert len(marked) < 200
