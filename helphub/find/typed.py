"""What a reader typed, as words: with numbers, shorthand, and letters that hide from a filter."""

import re

from helphub.find import meanings
from helphub.find.folding import fold, words_of

# Letters that look like others. A star stands for any.
LETTERS = {"a": "4@", "e": "3€", "il": "1!|", "o": "0", "s": "5$", "t": "7+", "b": "8", "g": "69"}
LOOKALIKES = {sign: letters for letters, signs in LETTERS.items() for sign in signs}
LOOKALIKES |= dict.fromkeys("*#%&_?", "abcdefghijklmnopqrstuvwxyz")
AROUND = "*#%&_?+|"  # Around a word they stand for nothing.
SIGNS = "".join(one for one in LOOKALIKES if not one.isalnum())
HIDDEN = re.compile(
    rf"(?<!\S)(?=\S*[a-zA-Z])(?=\S*[0-9{re.escape(SIGNS)}])"
    rf"[a-zA-Z0-9{re.escape(SIGNS)}]+(?<![!?])(?=[.,;:!?]*(?:\s|$))"
)
# "r.a.p.e", "r-a-p-e", "r a p e".
SPACED = re.compile(r"(?<!\w)[a-zA-Z](?:[ ._-][a-zA-Z]){2,}(?!\w)")
# A number as people write one, with the country's code or without.
NUMBER = re.compile(r"(?<![\w])\+?\d(?:[ ().\-]{0,2}\d){2,}(?!\w)")
LEAST_DIGITS = 6  # A part of a number, if it is the beginning.
POSTCODE = re.compile(
    r"\b[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}\b|\b(?:dy\d{1,2}|b6[2-5])\b", re.IGNORECASE
)
APOSTROPHES = re.compile(r"[’ʼ`]")


def words(query):
    """The words of a query, folded; those that hide letters keep their signs."""
    query = SPACED.sub(lambda found: re.sub(r"[ ._-]", "", found.group()), query)
    found, place = [], 0
    for hidden in HIDDEN.finditer(query):
        found += _plain(query[place : hidden.start()]) + _short(
            hidden.group().strip(AROUND).casefold()
        )
        place = hidden.end()
    return found + _plain(query[place:])


def _plain(text):
    found = []
    for word in text.split():
        whole = APOSTROPHES.sub("'", word.casefold()).strip('.,;:!?"“”()')
        short = meanings.shorthand().get(whole)
        found += (
            short.split() if short else [one for part in words_of(word) for one in _short(part)]
        )
    return found


def _short(word):
    return meanings.shorthand().get(word, word).split()


def folded(found):
    """These words without signs, as meanings.yaml knows them."""
    return [one for word in found for one in fold(word).split()]


def decoded(word, speller):
    """The known word that one with digits or signs for letters was meant to be, or nothing."""
    if not any(one in LOOKALIKES for one in word) or not any(one.isalpha() for one in word):
        return ""
    pattern = "".join(f"[{LOOKALIKES.get(one, one)}]" for one in word)
    if not pattern.isascii():
        return ""
    # A star may stand for a letter or for several.
    pattern = re.compile(re.sub(r"(\[abcdefghijklmnopqrstuvwxyz\])+", "[a-z]{1,6}", pattern))
    exact = [known for known in speller.counts if pattern.fullmatch(known)]
    stars = sum(LOOKALIKES.get(one, "").startswith("abc") for one in word)
    likely = sorted(
        exact,
        key=lambda known: (abs(len(known) - len(word)) if stars else 0, *speller.likely(known)),
    )
    return likely[0] if likely else ""


def numbers(query):
    """The telephone numbers in a query, as one dials them."""
    found = []
    for one in NUMBER.finditer(query):
        digits = re.sub(r"\D", "", one.group())
        if one.group().startswith("+44") or digits.startswith("0044"):
            digits = "0" + digits.removeprefix("00").removeprefix("44").lstrip("0")
        found.append(digits)
        if len(digits) >= LEAST_DIGITS and not digits.startswith("0"):
            found.append("0" + digits)  # Without its 0, as a spreadsheet leaves it.
    return found


def is_postcode(query):
    return bool(POSTCODE.search(query))
