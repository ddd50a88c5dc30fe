"""What was approved for each line, and the rows of an edition that must match it."""

from collections.abc import Container
from pathlib import Path
from typing import Any

from django.db import DatabaseError

from contacts.models import ApprovedNumber, Phone
from helphub.content.registry import RecordName
from helphub.editions import bake, manifests, version_rows
from helphub.editions.refusals import Refusal
from helphub.editions.shown_numbers import ApprovedDigits
from helphub.history.snapshots import State

Approved = dict[str, ApprovedNumber]  # By line.


def approved_now(before: Path | None) -> Approved:
    """The newest approval of each line. Without a database, those of the previous edition."""
    try:
        return ApprovedNumber.objects.by_line()
    except DatabaseError:
        if before is None:
            raise
        rows = manifests.manifest_of(before)["data"]["approved"]
        return {
            line: ApprovedNumber(line=line, dial=dial, display=display)
            for line, (dial, display) in rows.items()
        }


def digits(approved: Approved) -> ApprovedDigits:
    """The dialled and displayed digits, by line."""
    return {line: [row.dial, row.display] for line, row in approved.items()}


APPROVED = ["dial", "display", "textphone", "role"]


def as_approved(
    states: version_rows.States, going: Container[RecordName], approved: Approved
) -> dict[RecordName, State]:
    """The lines that get digits approved since readers had them. All else of them stays.

    An approved number then never waits for a release. A withdrawal must not wait for one either.
    """
    changed = {}
    for name, state in states.items():
        if state.model is not Phone or name in going:
            continue
        newest = approved.get(state.fields["slug"])
        # Without a database we can't know of newer approvals.
        if newest and newest.pk:
            digits = {field: getattr(newest, field) for field in APPROVED}
            if digits.items() - state.fields.items():
                changed[name] = State(Phone, state.fields | digits, state.rows)
    return changed


def not_as_approved(rows: bake.Rows, approved: Approved) -> list[Refusal]:
    """Lines whose textphone or role differs from the approval. The checks compare the digits."""
    return [
        Refusal(
            "approved numbers",
            f"The {_words_for(name)} of “{row['name_en']}” does not match what was approved. "
            "Change it back, or propose the change in the admin.",
            [],
            bake.record_of(Phone, row),
        )
        for row in rows[Phone].values()
        for newest in [approved.get(row["slug"])]
        for name in ("textphone", "role")
        if newest and newest.pk and row["is_published"] and row[name] != getattr(newest, name)
    ]


def _words_for(name: str) -> str:
    """What officers call a field of a line."""
    field: Any = Phone._meta.get_field(name)
    return field.verbose_name
