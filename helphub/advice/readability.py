"""How easy a text is to read: its sentences, and the age at which they can be read."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import pyphen

from helphub.content.markup import markdown
from helphub.content.tokens import TOKEN

# The Flesch-Kincaid grade is an American school year: pupils of the first are six years old.
AGE_OF_GRADE = 5
# A shorter text says too little: one long name would decide its age.
FEWEST_WORDS = 60
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
VOWELS = re.compile(r"[aeiouy]+")
# An e that is not spoken: “safe”, “asked”, “rules”. In “table”, “wanted” and “places” it is.
SILENT = re.compile(
    r"(?<=[^aeiouylst])e$|(?<=[aeiouy][lst])e$|(?<=[^aeioudt])e(?=d$)|(?<=[^aeioucsxzgh])e(?=s$)"
)
END = re.compile(r"(?<=[.!?…])[\"”’)]*\s+(?=[\"“‘(]*[^\W_])|\n+")


class Block(NamedTuple):
    """A heading, a paragraph or a bullet, without its markup."""

    words: str
    is_heading: bool


def blocks(text: str, is_list: bool = False) -> Iterator[Block]:
    """The blocks of a text. Of a list, each line is one."""
    if is_list:
        yield from (Block(line.strip(), False) for line in text.splitlines() if line.strip())
        return
    is_heading = False
    for token in markdown.parse(text):
        if token.type == "heading_open":
            is_heading = True
        elif token.type == "heading_close":
            is_heading = False
        elif token.type == "inline":
            words = "".join(_words(child) for child in token.children or [])
            yield Block(words, is_heading)


def _words(token: object) -> str:
    return " " if getattr(token, "type", "") == "softbreak" else getattr(token, "content", "")


def sentences(words: str) -> list[str]:
    return [part for part in (piece.strip() for piece in END.split(words)) if part]


def words_of(sentence: str) -> list[str]:
    """The words of a sentence. A token is one: readers see a number or a name."""
    return WORD.findall(TOKEN.sub(" number ", sentence))


@cache
def _hyphens() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_GB", left=1, right=1)


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """How many syllables a word has.

    Hyphenation leaves some places out, such as in “idea”, so groups of vowels are counted too.
    """
    parts = [part for part in re.split(r"[-'’]", word.lower()) if len(part) > 1]
    hyphenated = sum(len(_hyphens().positions(part)) + 1 for part in parts)
    return max(1, hyphenated, sum(len(VOWELS.findall(SILENT.sub("", part))) for part in parts))


def reading_age(texts: Sequence[Block]) -> int | None:
    """The age at which a text can be read, or None if it is too short to say."""
    said = [words for block in texts if not block.is_heading for words in sentences(block.words)]
    counted = [words for sentence in said if (words := words_of(sentence))]
    count = sum(map(len, counted))
    if count < FEWEST_WORDS:
        return None
    spoken = sum(syllables(word) for words in counted for word in words)
    grade = 0.39 * count / len(counted) + 11.8 * spoken / count - 15.59
    return max(0, round(grade + AGE_OF_GRADE))
