"""Questions that rooms above answer, and what they are told."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import Model
from django.dispatch import Signal

from helphub.content.entries import Entry
from helphub.content.registry import RecordName

# Sent with a row: whether readers have ever had it.
had_by_readers = Signal()
# Sent with a day: what readers had at its end.
had_on = Signal()
# Sent with a model after rows of it were copied with their words: {key of a row: its copy}.
copied = Signal()
# Sent with a row: what came of its last checks, in sentences for officers.
asked_for_checks = Signal()
# Sent after a form was saved, with its request, form and formsets.
saved_in_form = Signal()


def last_checks(row: Model) -> list[str]:
    """What came of the last checks of this row and of its links."""
    answers = asked_for_checks.send(type(row), row=row)
    return [sentence for _, sentences in answers for sentence in sentences or []]


def readers_have_had(row: Entry) -> bool:
    """Whether readers have ever had this row. Without editions they see what is saved."""
    answers = [answer for _, answer in had_by_readers.send(type(row), row=row)]
    return any(answers) if answers else row.is_published


class HadOn(NamedTuple):
    """What readers had at the end of a day."""

    # The fingerprint of each record's version. None if no edition of that day is kept.
    versions: dict[RecordName, str] | None
    withdrawn: set[RecordName]  # Then or now.


def readers_had_on(day: date) -> HadOn:
    """What readers had at the end of a day, as far as an edition of that day says so."""
    answers: list[Any] = [answer for _, answer in had_on.send(HadOn, day=day)]
    return answers[0] if answers else HadOn(None, set())
