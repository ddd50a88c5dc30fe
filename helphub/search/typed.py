"""What a reader typed, as words: handles numbers, shorthand, and letters disguised from filters."""

import re

from helphub.content import patterns
from helphub.search import meanings
from helphub.search.normalise import fold, words_of

# Characters that look like letters. A star matches any letter.
LETTERS = {"a": "4@", "e": "3€", "il": "1!|", "o": "0", "s": "5$", "t": "7+", "b": "8", "g": "69"}
LOOKALIKES = {sign: letters for letters, signs in LETTERS.items() for sign in signs}
LOOKALIKES |= dict.fromkeys("*#%&_?", "abcdefghijklmnopqrstuvwxyz")
AROUND = "*#%&_?+|"  # Around a word these mean nothing.
SIGNS = "".join(sign for sign in LOOKALIKES if not sign.isalnum())
HIDDEN = re.compile(
    rf"(?<!\S)(?=\S*[a-zA-Z])(?=\S*[0-9{re.escape(SIGNS)}])"
    rf"[a-zA-Z0-9{re.escape(SIGNS)}]+(?<![!?])(?=[.,;:!?]*(?:\s|$))"
)
# "r.a.p.e", "r-a-p-e", "r a p e".
SPACED = re.compile(r"(?<!\w)[a-zA-Z](?:[ ._-][a-zA-Z]){2,}(?!\w)")
# A number as people write it, with or without the country code.
NUMBER = re.compile(r"(?<![\w])\+?\d(?:[ ().\-]{0,2}\d){2,}(?!\w)")
LEAST_DIGITS = 6  # Fewer digits than this must match a whole number, not just the start of one.
# Or the first part of one, if it is here.
POSTCODE = re.compile(rf"{patterns.POSTCODE}|\b(?:(?:dy|wv|ws)\d{{1,2}}|b6[2-5])\b", re.IGNORECASE)
APOSTROPHES = re.compile(r"[’ʼ`]")


def words(query):
    """The words of a query in English, folded. Disguised words keep their signs."""
    query = SPACED.sub(lambda match: re.sub(r"[ ._-]", "", match.group()), query)
    query_words, place = [], 0
    for hidden in HIDDEN.finditer(query):
        query_words += _plain(query[place : hidden.start()]) + _short(
            hidden.group().strip(AROUND).casefold()
        )
        place = hidden.end()
    return query_words + _plain(query[place:])


def plain_words(query):
    """The words of a query in any language, folded and otherwise as typed."""
    return [part for word in query.split() for part in words_of(word)]


def _plain(text):
    folded_words = []
    for word in text.split():
        bare_word = APOSTROPHES.sub("'", word.casefold()).strip('.,;:!?"“”()')
        short = meanings.shorthand().get(bare_word)
        folded_words += (
            short.split()
            if short
            else [short_word for part in words_of(word) for short_word in _short(part)]
        )
    return folded_words


def _short(word):
    return meanings.shorthand().get(word, word).split()


def folded(typed_words):
    """These words without signs, as meanings.yaml knows them."""
    return [part for word in typed_words for part in fold(word).split()]


def decoded(word, speller):
    """The known word meant by a word with digits or signs for letters, or an empty string."""
    if not any(character in LOOKALIKES for character in word) or not any(
        character.isalpha() for character in word
    ):
        return ""
    pattern = "".join(f"[{LOOKALIKES.get(character, character)}]" for character in word)
    if not pattern.isascii():
        return ""
    # A star may replace one letter or several.
    pattern = re.compile(re.sub(r"(\[abcdefghijklmnopqrstuvwxyz\])+", "[a-z]{1,6}", pattern))
    exact = [candidate for candidate in speller.counts if pattern.fullmatch(candidate)]
    stars = sum(LOOKALIKES.get(character, "").startswith("abc") for character in word)
    likely = sorted(
        exact,
        key=lambda candidate: (
            abs(len(candidate) - len(word)) if stars else 0,
            *speller.likely(candidate),
        ),
    )
    return likely[0] if likely else ""


def numbers(query):
    """The telephone numbers in a query, as dialled."""
    dialled = []
    for match in NUMBER.finditer(query):
        digits = re.sub(r"\D", "", match.group())
        if match.group().startswith("+44") or digits.startswith("0044"):
            digits = "0" + digits.removeprefix("00").removeprefix("44").lstrip("0")
        dialled.append(digits)
        if len(digits) >= LEAST_DIGITS and not digits.startswith("0"):
            dialled.append("0" + digits)  # Spreadsheets drop the leading 0.
    return dialled


def is_only_a_number(query):
    return bool(NUMBER.search(query)) and not any(map(str.isalpha, query))


def is_postcode(query):
    return bool(POSTCODE.search(query))
