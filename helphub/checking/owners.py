"""Who looks after each record."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils import timezone

from helphub.checking.models import Owner, OwnerChange
from helphub.content.registry import Record, RecordName

KEEP, NOBODY = "keep", ""
COLUMNS = ("role", "officer", "officer_name", "due_on")


class Owned(NamedTuple):
    """Who looks after a record, as officers read it."""

    words: str
    due_on: date | None
    value: str  # As the filter and the form have it.
    has_left: bool


def choices() -> list[tuple[str, str]]:
    """Whom a record can be given to: the roles, then the officers."""
    officers = get_user_model().objects.filter(is_active=True, is_staff=True)
    return [
        *((f"role:{role}", str(role)) for role in Group.objects.order_by("name")),
        *((f"officer:{user.pk}", user.get_username()) for user in officers.order_by("username")),
    ]


def by_name() -> dict[RecordName, Owned]:
    """The owner of each record that has one."""
    here = dict(choices())
    return {row.name: _owned(row, here) for row in Owner.objects.all()}


def _owned(row: Owner, here: dict[str, str]) -> Owned:
    value = f"officer:{row.officer}" if row.officer else f"role:{row.role}"
    has_owner = bool(row.officer or row.role)
    has_left = has_owner and value not in here
    words = here.get(value) or str(row)
    return Owned(f"{words} (no longer here)" if has_left else words, row.due_on, value, has_left)


def give(
    records: Iterable[Record],
    user: Any,
    value: str = KEEP,
    due_on: date | None = None,
    *,
    clears_day: bool = False,
) -> None:
    """Give these records to a role or an officer, and set or clear an earlier day for their check.

    The value KEEP leaves the owner as it is. The day stays as it is, unless there is a new one or
    it is cleared.
    """
    columns = checked(value, due_on, clears_day)
    for record in records:
        _set(record, user, columns)


def checked(value: str, due_on: date | None, clears_day: bool) -> dict[str, Any]:
    """What an officer asked for, as columns. Raises ValidationError if it cannot be."""
    if value not in {KEEP, NOBODY, *dict(choices())}:
        raise ValidationError({"owner": "This owner is no longer here. Choose another."})
    if due_on and clears_day:
        raise ValidationError({"due_on": "Enter a day, or tick “No earlier day”, but not both."})
    if due_on and due_on < timezone.localdate():
        raise ValidationError({"due_on": "This date has passed. Enter today or later."})
    columns = {} if value == KEEP else _columns(value)
    if due_on or clears_day:
        columns["due_on"] = due_on
    return columns


def columns_of(names: Iterable[RecordName]) -> dict[RecordName, dict[str, Any]]:
    """The owner and the day of these records, or of nobody, as `put_back` takes them."""
    stored = {row.name: row for row in Owner.objects.filter(key__in={key for _, key in names})}
    return {
        name: {column: getattr(stored.get(name, Owner()), column) for column in COLUMNS}
        for name in names
    }


def in_words(columns: dict[str, Any]) -> str:
    return columns["officer_name"] or columns["role"]


def put_back(record: Record, user: Any, columns: dict[str, Any]) -> None:
    """Make the owner and the day what they were."""
    _set(record, user, columns)


def _set(record: Record, user: Any, columns: dict[str, Any]) -> None:
    """Save these columns of a record's owner, and note what changed, if anything did."""
    label, key = name = record[:2]
    before = columns_of([name])[name]
    after = before | columns
    if before == after:
        return
    Owner.objects.update_or_create(label=label, key=key, defaults=columns)
    OwnerChange.objects.create(
        label=label,
        key=key,
        record_name=record.name[:200],
        before=in_words(before),
        after=in_words(after),
        due_before=before["due_on"],
        due_after=after["due_on"],
        who=user.get_username(),
    )


def _columns(value: str) -> dict[str, Any]:
    kind, _, who = value.partition(":")
    officer = get_user_model().objects.get(pk=who) if kind == "officer" else None
    return {
        "role": who if kind == "role" else "",
        "officer": officer and officer.pk,
        "officer_name": officer.get_username() if officer else "",
    }


def met(name: RecordName) -> date | None:
    """Somebody has checked this record, so the earlier day that its owner set is met.

    Returns that day.
    """
    label, key = name
    rows = Owner.objects.filter(label=label, key=key)
    day = rows.values_list("due_on", flat=True).first()
    rows.update(due_on=None)
    return day


def unmet(name: RecordName, day: date | None) -> None:
    """Undo that, unless the owner has set another day since."""
    label, key = name
    Owner.objects.filter(label=label, key=key, due_on=None).update(due_on=day)
