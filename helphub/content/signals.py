"""Questions that rooms above answer, and what they are told."""

from django.dispatch import Signal

from helphub.content.entries import Entry

# Sent with a row: whether readers have ever had it.
had_by_readers = Signal()
# Sent after a form was saved, with its request, form and formsets.
saved_in_form = Signal()


def readers_have_had(row: Entry) -> bool:
    """Whether readers have ever had this row. Without editions they see what is saved."""
    answers = [answer for _, answer in had_by_readers.send(type(row), row=row)]
    return any(answers) if answers else row.is_published
