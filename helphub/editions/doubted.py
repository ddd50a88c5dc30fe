"""Numbers that readers are told we are checking."""

from pathlib import Path

from django.db import DatabaseError

from contacts.models import Doubt, Phone
from helphub.editions import readers_content
from helphub.editions.bake import Rows


def mark(rows: Rows, before: Path | None) -> None:
    """Mark the numbers in doubt now. Without a database, those of the previous edition."""
    keys = _doubted_now(before)
    for key, row in rows.get(Phone, {}).items():
        row["is_doubted"] = key in keys


def doubted() -> set[int]:
    """The keys of the numbers in doubt now. Raises DatabaseError without a database."""
    return set(Doubt.objects.filter(lifted_at=None).values_list("phone", flat=True))


def _doubted_now(before: Path | None) -> set[int]:
    try:
        return doubted()
    except DatabaseError:
        phones = readers_content.rows_of(before)[Phone] if before else {}
        return {key for key, row in phones.items() if row.get("is_doubted")}
