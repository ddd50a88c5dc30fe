"""Questions that rooms above answer, and what they are told."""

from django.db.models import Model
from django.dispatch import Signal

from helphub.content.entries import Entry

# Sent with a row: whether readers have ever had it.
had_by_readers = Signal()
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
