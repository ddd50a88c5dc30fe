"""The parts of the site in order of importance, and how far each language is."""

from collections import Counter
from typing import NamedTuple

from helphub.languages import safety_set, texts
from helphub.languages.names import codes
from helphub.languages.states import Known, State

SAFETY = "safety"
# By the app or the model of a record. What is named first wins.
PARTS = {
    SAFETY: "Safety set: the frame, home, help now, numbers",
    "strategy.guide": "Guides",
    "strategy.formofabuse": "Topics",
    "services.service": "Services",
    "services": "Choices, towns and places",
    "strategy": "Our notes on the strategy",
}


def part_of(text):
    label = text.name.label
    if safety_set.has(text):
        return SAFETY
    return label if label in PARTS else label.partition(".")[0]


class Item(NamedTuple):
    """A text with its state in one language."""

    text: texts.Text
    state: State


def readable():
    """The texts that readers can meet, the most important first."""
    order = list(PARTS)
    found = [text for text in texts.everything() if getattr(text.record, "is_published", True)]
    return sorted(found, key=lambda text: order.index(part_of(text)))


def items(code, found=None):
    """These texts, or all that readers can meet, with their states in a language."""
    known = Known(language=code)
    return [
        Item(text, known.state(text.name, code, text.english, text.words[code]))
        for text in found or readable()
        if safety_set.is_needed(text, code)
    ]


class Count(NamedTuple):
    """How many texts of a part are in each state, and how many English words are left to do."""

    states: dict[State, int]
    words_left: int


UNDONE = {State.MISSING, State.OUT_OF_DATE}


def matrix():
    """How far each part is: {part: {language: Count}}."""
    table = {part: {} for part in PARTS}
    found = readable()
    for code in codes():
        states = {part: Counter() for part in PARTS}
        words = Counter()
        for item in items(code, found):
            part = part_of(item.text)
            states[part][item.state] += 1
            if item.state in UNDONE:
                words[part] += len(item.text.english.split())
        for part in PARTS:
            ordered = {state: states[part][state] for state in State if states[part][state]}
            table[part][code] = Count(ordered, words[part])
    return table
