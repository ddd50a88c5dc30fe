"""Words as the index knows them. Content and queries are folded in the same way."""

import re
import unicodedata

# Letters with the same meaning that are typed differently by keyboard or language.
SAME = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ئ": "ی",
        "ك": "ک",
        "ه": "ہ",
        "ة": "ہ",
        "ۃ": "ہ",
        "ۀ": "ہ",
        "ؤ": "و",
        "ـ": None,  # Tatweel only stretches a word.
        "ł": "l",
        "đ": "d",
        "ø": "o",
        "æ": "ae",
        # “Women’s” and “womens” are one word.
        "'": None,
        "’": None,
        "ʼ": None,
    }
)
# Marks above and below letters: Latin accents, and the optional vowels of Arabic script.
MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")


class _Letters(dict):
    """What each character becomes, for str.translate. A character is looked up once."""

    def __missing__(self, code):
        self[code] = _folded(chr(code))
        return self[code]


def _folded(character):
    category = unicodedata.category(character)
    if category == "Cf":  # Joiners and direction marks are invisible.
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return character if category[0] in "LMN" else " "


LETTERS = _Letters()


def fold(text):
    """The text in lower case, without accents, punctuation or invisible characters."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(SAME))
    text = MARKS.sub("", text).translate(SAME)
    if not text.isascii() or not text.replace(" ", "").isalnum():
        text = text.translate(LETTERS)
    return " ".join(text.split())


def words_of(text):
    return fold(text).split()


ENDINGS = ["ing", "ed", "es", "s", "e"]
SHORTEST_STEM = 3


def stem(word):
    """A Latin word without its usual endings, so "raped" matches "rape"."""
    if not word.isascii():
        return word
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > SHORTEST_STEM and word[-1] == word[-2] else word
