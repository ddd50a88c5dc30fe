"""What an action would do to each of the chosen records, or why it leaves one out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from contacts.models import Phone
from helphub.bulk.waiting_reviews import waiting_reviews
from helphub.content.fingerprint import fingerprint
from helphub.content.registry import Record
from helphub.editions import withdrawing
from helphub.history import snapshots
from helphub.history.diff import Change


class LeftOutError(Exception):
    """Why a record is left out, in words for an officer."""


@dataclass
class Line:
    """One of the chosen records, and what becomes of it."""

    row: Any
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    why_not: str = ""  # If not empty, it is left out.
    seen: Any = ""  # What the officer is shown, as JSON.
    save: Callable[[], Any] | None = None

    @property
    def key(self):
        return self.row.pk

    @property
    def title(self):
        return str(self.row)

    @property
    def mark(self):
        """Differs once the action would do something else."""
        return fingerprint([self.seen, self.why_not])


def changed(field, old, new):
    """A change of something that is no field of the record, in words."""
    return Change(field, "", "", "", str(old or "").split(), str(new or "").split())


def record_of(row):
    return Record(row._meta.label_lower, row.pk, str(row))


class Facts:
    """What is known of the chosen records, each asked once for all of them."""

    def __init__(self, model, keys):
        label = model._meta.label_lower
        self.states = snapshots.read(model, keys)
        guarded = Phone.objects.guarded().filter(pk__in=keys) if model is Phone else ()
        self.critical = {phone.pk for phone in guarded}
        self.withdrawn = {key for of, key in withdrawing.withdrawn_now() if of == label}
        self.reviews = waiting_reviews(label, keys)
