"""In which state a translation is. It follows from fingerprints, never from times."""

from collections import defaultdict
from enum import StrEnum
from typing import NamedTuple

from helphub.content.fingerprint import fingerprint
from helphub.languages.models import Approval, SameMeaning, Translation

# Simpler English is not translated: three people whom it is for have to test it.
REVIEWERS = {"en-simple": 3}
USUALLY = 2


class State(StrEnum):
    MISSING = "missing"
    OUT_OF_DATE = "out of date"
    DRAFT = "draft"
    IN_REVIEW = "in review"
    LOOK_AGAIN = "look again"  # Reviewed. The English has changed since, but not its meaning.
    REVIEWED = "reviewed"


SHOWN = {State.REVIEWED, State.LOOK_AGAIN}


class Name(NamedTuple):
    """A text: the field of a record. The interface's words have the label "interface" and key 0."""

    label: str
    key: int
    field: str


def of_text(text):
    """The fingerprint of a text. A form sends other line endings than a file has."""
    return fingerprint((text or "").replace("\r\n", "\n").strip())


class Known:
    """All that is known of translations, read at once. `only` narrows it, as filter() does."""

    def __init__(self, **only):
        of_text_alone = {name: value for name, value in only.items() if name != "language"}
        self.translations = {
            (Name(row.label, row.key, row.field), row.language): row
            for row in Translation.objects.filter(**only)
        }
        self.approvals = defaultdict(list)
        within = {f"translation__{name}": value for name, value in only.items()}
        for approval in Approval.objects.filter(**within):
            self.approvals[approval.translation_id].append(approval)
        self.same, self.different = defaultdict(set), defaultdict(set)
        for row in SameMeaning.objects.filter(**of_text_alone):
            name = Name(row.label, row.key, row.field)
            if not row.is_same:
                self.different[name].add((row.before, row.after))
            elif row.agreed_by:
                self.same[name].add((row.before, row.after))

    def state(self, name, language, english, words):
        """The state of these words as a translation of this English."""
        if not (words or "").strip():
            return State.MISSING
        row = self.translations.get((name, language))
        if row is None or row.words_of != of_text(words):
            return State.OUT_OF_DATE  # Nobody knows what these words were made from.
        now = of_text(english)
        if reviewed := self._reviewed(name, row, row.words_of, now):
            return reviewed
        if row.made_from != now:
            return State.OUT_OF_DATE
        return State.IN_REVIEW if row.handed_in == _handed_in(row) else State.DRAFT

    def _reviewed(self, name, row, words, now):
        """Whether these words were approved for this English, or for one that means the same.

        The words and the English are fingerprints.
        """
        answers = self._answers(row, words)
        if _is_approved(answers.get(now, {}), row.language):
            return State.REVIEWED
        is_refused = False in answers.get(now, {}).values()
        means_now = (
            self.means_the_same(name, before, now)
            for before, said in answers.items()
            if _is_approved(said, row.language)
        )
        return State.LOOK_AGAIN if not is_refused and any(means_now) else None

    def _answers(self, row, words):
        """What others than the writer said of these words: {English: {reviewer: is approved}}."""
        answers = defaultdict(dict)
        for approval in self.approvals[row.pk]:
            if approval.words_of == words and approval.reviewer != row.author:
                answers[approval.made_from][approval.reviewer] = approval.is_approved
        return answers

    def said(self, row, english):
        """What others than the writer said of the words now in place, as this English."""
        return self._answers(row, row.words_of).get(of_text(english), {})

    def means_the_same(self, name, before, after):
        """Whether a chain of agreed answers leads from one English text to another.

        Who looked at these two and said that they differ knows better than the chain.
        """
        if (before, after) in self.different[name]:
            return False
        reached, pairs = {before}, self.same[name]
        while new := {end for start, end in pairs if start in reached} - reached:
            reached |= new
        return after in reached

    def shown(self, name, language, english, words):
        """The words that readers may see in place of this English, or "" for the English.

        They may be earlier words, while newer ones are in the making.
        """
        row = self.translations.get((name, language))
        if row is None or not (words or "").strip():
            return ""
        now = of_text(english)
        if self._reviewed(name, row, of_text(words), now):
            return words
        is_current = row.reviewed_from == now or self.means_the_same(name, row.reviewed_from, now)
        return row.reviewed_words if row.reviewed_words and is_current else ""


def _is_approved(said, language):
    """Whether enough people approved, and nobody asks for a change."""
    return all(said.values()) and len(said) >= REVIEWERS.get(language, USUALLY)


def _handed_in(row):
    """What a translation's `handed_in` says if exactly these words were handed in."""
    return fingerprint((row.made_from, row.words_of))


def hand_in(row):
    row.handed_in = _handed_in(row)
