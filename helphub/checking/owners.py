"""Who looks after each record."""

from datetime import date
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils import timezone

from helphub.checking.models import Owner
from helphub.content.registry import RecordName

KEEP, NOBODY = "keep", ""


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


def give(names: list[RecordName], value: str, due_on: date | None) -> None:
    """Give these records to a role or an officer, and set an earlier day for the next check.

    The value KEEP leaves the owner as it is. Without a day, the day stays as it is.
    """
    if value not in {KEEP, NOBODY, *dict(choices())}:
        raise ValidationError({"owner": "This owner is no longer here. Choose another."})
    if due_on and due_on < timezone.localdate():
        raise ValidationError({"due_on": "This date has passed. Enter today or later."})
    values = {} if value == KEEP else _columns(value)
    if due_on:
        values["due_on"] = due_on
    for label, key in names:
        Owner.objects.update_or_create(label=label, key=key, defaults=values)


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
