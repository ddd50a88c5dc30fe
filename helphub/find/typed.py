"""What a reader typed, as words: handles numbers, shorthand, and letters disguised from filters."""

import re

from helphub.find import meanings
from helphub.find.folding import fold, words_of

# Characters that look like letters. A star matches any letter.
LETTERS = {"a": "4@", "e": "3€", "il": "1!|", "o": "0", "s": "5$", "t": "7+", "b": "8", "g": "69"}
LOOKALIKES = {sign: letters for letters, signs in LETTERS.items() for sign in signs}
LOOKALIKES |= dict.fromkeys("*#%&_?", "abcdefghijklmnopqrstuvwxyz")
AROUND = "*#%&_?+|"  # Around a word these mean nothing.
SIGNS = "".join(one for one in LOOKALIKES if not one.isalnum())
HIDDEN = re.compile(
    rf"(?<!\S)(?=\S*[a-zA-Z])(?=\S*[0-9{re.escape(SIGNS)}])"
    rf"[a-zA-Z0-9{re.escape(SIGNS)}]+(?<![!?])(?=[.,;:!?]*(?:\s|$))"
)
# "r.a.p.e", "r-a-p-e", "r a p e".
SPACED = re.compile(r"(?<!\w)[a-zA-Z](?:[ ._-][a-zA-Z]){2,}(?!\w)")
# A number as people write it, with or without the country code.
NUMBER = re.compile(r"(?<![\w])\+?\d(?:[ ().\-]{0,2}\d){2,}(?!\w)")
LEAST_DIGITS = 6  # Fewer digits than this must match a whole number, not just the start of one.
POSTCODE = re.compile(
    r"\b[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}\b|\b(?:dy\d{1,2}|b6[2-5])\b", re.IGNORECASE
)
APOSTROPHES = re.compile(r"[’ʼ`]")


def words(query):
    """The words of a query, folded. Disguised words keep their signs."""
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
    """The known word meant by a word with digits or signs for letters, or an empty string."""
    if not any(one in LOOKALIKES for one in word) or not any(one.isalpha() for one in word):
        return ""
    pattern = "".join(f"[{LOOKALIKES.get(one, one)}]" for one in word)
    if not pattern.isascii():
        return ""
    # A star may replace one letter or several.
    pattern = re.compile(re.sub(r"(\[abcdefghijklmnopqrstuvwxyz\])+", "[a-z]{1,6}", pattern))
    exact = [known for known in speller.counts if pattern.fullmatch(known)]
    stars = sum(LOOKALIKES.get(one, "").startswith("abc") for one in word)
    likely = sorted(
        exact,
        key=lambda known: (abs(len(known) - len(word)) if stars else 0, *speller.likely(known)),
    )
    return likely[0] if likely else ""


def numbers(query):
    """The telephone numbers in a query, as dialled."""
    found = []
    for one in NUMBER.finditer(query):
        digits = re.sub(r"\D", "", one.group())
        if one.group().startswith("+44") or digits.startswith("0044"):
            digits = "0" + digits.removeprefix("00").removeprefix("44").lstrip("0")
        found.append(digits)
        if len(digits) >= LEAST_DIGITS and not digits.startswith("0"):
            found.append("0" + digits)  # Spreadsheets drop the leading 0.
    return found


def is_postcode(query):
    return bool(POSTCODE.search(query))
