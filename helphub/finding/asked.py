"""What an officer typed into the search field, and where a text has it.

The comparison is in Python, so SQLite and PostgreSQL find the same.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import get_language_from_path

from helphub.content.tokens import TOKEN, Token, tokens_of

SHORTEST, LONGEST = 2, 500
LETTERS = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"[+(]*\d[\d\s().–-]+\d\)?")
FEWEST_DIGITS, LONGEST_NATIONAL = 3, 11
BETWEEN_DIGITS = r"[\s().–-]{0,3}"
BETWEEN_LETTERS = r"[\W_]{0,3}"
WEB_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?([\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?::\d+)?(?:/\S*)?)"
)
# The records that a token names, by its kind: (model, field).
NAMED_BY_TOKEN = {
    "h": [("contacts.phone", "slug"), ("services.service", "line")],
    "guide": [("strategy.guide", "slug")],
    "topic": [("strategy.formofabuse", "slug")],
    "website": [("services.service", "slug")],
}


@dataclass(frozen=True)
class Part:
    """A word, number or address that a record must have."""

    literal: str  # In every text that has the part, in small letters. Looked for first: it is fast.
    source: str  # Of the pattern, in small letters.

    @cached_property
    def pattern(self) -> re.Pattern:
        return re.compile(self.source, re.IGNORECASE)

    @cached_property
    def _in_small_letters(self) -> re.Pattern:
        return re.compile(self.source)  # Ten times as fast as the other.

    def is_in(self, lowered: str) -> bool:
        return self.literal in lowered and bool(self._in_small_letters.search(lowered))


@dataclass(frozen=True)
class Asked:
    """What was typed, taken apart."""

    typed: str
    parts: tuple[Part, ...] = ()
    path: str = ""  # Of a page of this site, in English.
    token: Token | None = None
    is_number: bool = False
    fault: str = ""  # Why it cannot be looked for.

    @property
    def names(self) -> set[str]:
        """What a record's own name may be for the address or token to mean it."""
        return {self.token[1]} if self.token else set(self.path.split("/")) - {""}

    def has_all(self, lowered: str) -> bool:
        return bool(self.parts) and all(part.is_in(lowered) for part in self.parts)

    def marks(self, words: str) -> list[tuple[int, int]]:
        """Where a text has what was typed, in order and without overlaps."""
        spans = sorted(
            match.span() for part in self.parts for match in part.pattern.finditer(words)
        )
        apart: list[tuple[int, int]] = []
        for start, end in spans:
            if apart and start < apart[-1][1]:
                apart[-1] = apart[-1][0], max(end, apart[-1][1])
            else:
                apart.append((start, end))
        return apart


def asked(typed: str, *own_hosts: str) -> Asked:
    """Take apart what was typed. `own_hosts` are the names of this site."""
    typed = " ".join(unicodedata.normalize("NFKC", typed).replace("\0", "").split())
    typed = typed.removeprefix("tel:")
    if not typed:
        return Asked("")
    if len(typed) > LONGEST:
        return Asked(
            typed, fault=f"That is {len(typed):,} characters. Search for {LONGEST} at most."
        )
    if TOKEN.fullmatch(typed):
        return Asked(typed, (_exactly(typed),), token=tokens_of(typed).pop())
    if path := _path(typed, own_hosts):
        return Asked(typed, (_exactly(path.lower()),), path=path)
    if (digits := _national(typed)) and len(digits) >= FEWEST_DIGITS:
        is_from_0 = typed.lstrip("( ").startswith("0")
        return Asked(typed, (_number(digits, is_from_0=is_from_0),), is_number=True)
    if match := WEB_ADDRESS.fullmatch(typed.lower()):
        return Asked(typed, (_exactly(match[1].rstrip("/")),))
    parts = tuple(dict.fromkeys(_words(typed.lower())))
    if sum(map(len, LETTERS.findall(typed))) < SHORTEST:
        return Asked(typed, fault="Type two letters or digits at least.")
    return Asked(typed, parts)


def _exactly(words: str) -> Part:
    return Part(words, re.escape(words))


def _path(typed: str, own_hosts: tuple[str, ...]) -> str:
    """The path of a page of this site, without its language; or "" if it is no such address."""
    if typed.startswith("/") and not typed.startswith("//"):
        path = urlsplit(typed).path
    else:
        try:
            address = urlsplit(typed if "://" in typed else f"//{typed}")
            host = address.hostname
        except ValueError:  # Such as http://[.
            return ""
        if host not in {own.split(":")[0] for own in own_hosts}:
            return ""
        path = address.path or "/"
    language = get_language_from_path(path)
    if language and language != settings.LANGUAGE_CODE:
        path = path[len(language) + 1 :]
    return path if path.endswith("/") else f"{path}/"


def _national(typed: str) -> str:
    """The digits of a number without +44 or the first 0, or "" if it is no number."""
    if not NUMBER.fullmatch(typed):
        return ""
    digits = re.sub(r"\D", "", typed)
    if "+" in typed or len(digits) > LONGEST_NATIONAL:
        digits = digits.removeprefix("00").removeprefix("44")
    return digits.removeprefix("0")


def _number(digits: str, *, is_from_0: bool) -> Part:
    """A number with any spacing. A short one is a whole number, so 101 is not within 0151 011.

    With a 0 before it, it is how numbers begin, such as 0808.
    """
    is_short = len(digits) <= FEWEST_DIGITS
    is_beginning = is_short and is_from_0
    first, *rest = f"0{digits}" if is_beginning else digits
    # The look-behind comes after the digit: the search for a first character is much faster.
    begins = rf"(?<!\d{first})" if is_short else ""
    ends = r"(?!\d)" if is_short and not is_beginning else ""
    return Part(first, BETWEEN_DIGITS.join([first + begins, *rest]) + ends)


def _words(typed: str) -> Iterator[Part]:
    """Each word as the beginning of a word: “rape” is not found in “therapeutic”."""
    for chunk in typed.split():
        runs = LETTERS.findall(chunk)
        if runs:
            first, rest = (
                runs[0][0],
                BETWEEN_LETTERS.join([_run(runs[0])[1:], *map(_run, runs[1:])]),
            )
            pattern = rf"{first}(?<![^\W_]{first}){rest}"
            yield Part(max(map(_stem, runs), key=len), pattern)


def _stem(run: str) -> str:
    return run[:-1] if len(run) > 3 and run.endswith("s") else run


def _run(run: str) -> str:
    """A run of letters. “womens” is “women's” too."""
    return run if _stem(run) == run else f"{_stem(run)}['’]?s"
