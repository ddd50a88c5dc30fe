"""Meanings of words that a plain search would get wrong. Read once from meanings.yaml."""

import re
from collections import Counter
from functools import cache
from math import sqrt
from pathlib import Path
from typing import NamedTuple

import yaml

from helphub.search.normalise import fold, stem

GAPS = {"..": r"(?:\S+ ){0,4}", "...": r"(?:\S+ ){0,12}"}
ANCHORS = {"^": "^", "$": "$"}
WORD = re.compile(r"[^\W\d_]+")
LIST = re.compile(r"<([a-z_|]+)>")


class Meaning(NamedTuple):
    """Something that people say in many ways, and the pages for it."""

    name: str
    says: re.Pattern | None
    unless: re.Pattern | None
    first: list  # Pairs of kind and short name.
    is_wing: bool
    is_alone: bool

    def is_meant(self, words):
        text = f"{' '.join(words)} "
        return bool(self.says and self.says.search(text)) and not (
            self.unless and self.unless.search(text)
        )


@cache
def _data():
    return yaml.safe_load(Path(__file__).with_name("meanings.yaml").read_text())


@cache
def shorthand():
    return {str(short): words for short, words in _data()["shorthand"].items()}


@cache
def weak():
    return frozenset(_data()["weak"].split())


@cache
def asking():
    return _data()["asking"].split()


@cache
def reference():
    return frozenset(_data()["reference"].split())


@cache
def meanings():
    return [
        Meaning(
            row["name"],
            _one_of(row["says"]) if "says" in row else None,
            _one_of(row["unless"]) if "unless" in row else None,
            [tuple(page.split(":")) for page in row["first"]],
            row.get("wing", False),
            row.get("only", False),
        )
        for row in _data()["meanings"]
    ]


@cache
def vocabulary():
    """The words used in the patterns. These are never treated as misspellings."""
    patterns = [line for lines in _data()["lists"].values() for line in lines]
    for row in _data()["meanings"]:
        patterns += [*row.get("says", []), row.get("cues", ""), *row.get("unless", [])]
    return frozenset(WORD.findall(" ".join(patterns)))


def meant(words):
    """The meanings of these folded words, in the order of the file."""
    return [meaning for meaning in meanings() if meaning.is_meant(words)]


@cache
def _cues():
    """The meanings that each cue points to, by their place in the file, and how clearly."""
    places = {}
    for place, row in enumerate(_data()["meanings"]):
        for cue in {stem(word) for word in row.get("cues", "").split()}:
            places.setdefault(cue, []).append(place)
    # A cue for many things says little about each.
    return {cue: (found, 1 / sqrt(len(found))) for cue, found in places.items()}


def hinted(words):
    """The meanings that single words hint at, likeliest first, how strongly, by how many words."""
    strengths, counts = Counter(), Counter()
    for cue in {stem(word) for word in words}:
        found, weight = _cues().get(cue, ((), 0))
        counts.update(found)
        strengths.update(dict.fromkeys(found, weight))
    # At equal strength, in the order of the file.
    likeliest = sorted(strengths, key=lambda place: (-strengths[place], place))
    return [(meanings()[place], strengths[place], counts[place]) for place in likeliest]


def _one_of(patterns):
    alternatives = "|".join(_expression(pattern) for pattern in patterns)
    return re.compile(rf"(?:(?<=\s)|^)(?:{alternatives})")


def _expression(pattern):
    return "".join(map(_element, pattern.split()))


def _element(element):
    """A regular expression for one element of a pattern, including the space after each word."""
    if expression := GAPS.get(element) or ANCHORS.get(element):
        return expression
    is_optional = element.endswith("?")
    words = element.removesuffix("?")
    expression = "|".join(_choice(words))
    return f"(?:{expression}){'?' if is_optional else ''}"


def _choice(words):
    # A list is replaced by its contents, also within a choice: "porn|<illegal>".
    for names in LIST.findall(words):
        yield from (_list(name) for name in names.split("|"))
    for word in LIST.sub("", words).split("|"):
        if word:
            yield rf"{_word(word)} "


@cache
def _list(name):
    return "|".join(_expression(line) for line in _data()["lists"][name])


def _word(word):
    plain = word.replace("#", "0").removesuffix("*")
    if fold(plain) != plain:
        raise ValueError(
            f"“{word}” can never match: readers' words have no capitals or signs by then."
        )
    expression = re.escape(word.removesuffix("*")).replace(r"\#", r"\d+")
    return expression + (r"\S*" if word.endswith("*") else "")
