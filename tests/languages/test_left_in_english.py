"""What the tests of pages take for English that is not marked, and for English that is."""

import pytest
from lxml import etree

from tests.support.left_in_english import english_words, latin_share, words_marked_as_english

pytestmark = pytest.mark.fast


def body(html):
    return etree.HTML(f"<body>{html}</body>").find("body")


@pytest.mark.parametrize(
    ("code", "html", "words"),
    [
        ("ur", "<p>یہ talk to someone ہے۔</p>", ["someone", "talk"]),
        ("pl", "<p>Zadzwoń and talk to them</p>", ["and"]),
        ("ro", '<a aria-label="Leave this site">Pleacă</a>', ["this"]),
        ("ur", '<p lang="en">Talk <b lang="ur">بات someone</b></p>', ["someone"]),
        ("ur", '<p>یہ <span lang="en">talk to someone</span> ہے۔</p>', []),
        ("ur", "<p>یہ ”leave this“ اور Rape and Sexual Abuse ہے، help@galop.org.uk</p>", []),
        ("pl", "<p>Linia Work With\nPerpetrators i „all of the above”</p>", []),
    ],
)
def test_english_words_outside_names_and_quotations_are_found(code, html, words):
    assert english_words(body(html), code) == words


def test_words_of_the_page_marked_as_english_are_found():
    html = '<p lang="en">Talk <i aria-label="ماخذ 4">4</i> <b lang="ur">بات</b></p>'
    assert words_marked_as_english(body(html), "ur") == ["ماخذ"]


def test_latin_letters_are_counted_against_all_letters_and_vowel_signs():
    assert latin_share(body("<p>Abc ਸਮੇਂ, a@b.uk</p>"), "pa") == 3 / 7
