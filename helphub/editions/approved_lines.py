"""What was approved for each line, and the rows of an edition that must match it."""

from django.db import DatabaseError

from contacts.models import ApprovedNumber, Phone
from helphub.editions import bake, manifests
from helphub.editions.refusals import Refusal


def approved_now(before):
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


def digits(approved):
    """The dialled and displayed digits, by line."""
    return {line: [row.dial, row.display] for line, row in approved.items()}


APPROVED = ["dial", "display", "textphone", "role"]


def with_approved_digits(rows, previous, approved):
    """Give lines that are otherwise unchanged any digits approved since the last edition.

    An approved number then never waits for a release. A withdrawal must not wait for one either.
    """
    for key, row in rows[Phone].items():
        newest, before = approved.get(row["slug"]), previous and previous[Phone].get(key)
        # Without a database we can't know of newer approvals.
        if newest and newest.pk and before and all(row[name] == before[name] for name in APPROVED):
            row |= {name: getattr(newest, name) for name in APPROVED}


def not_as_approved(rows, approved):
    """Lines whose textphone or role differs from the approval. The checks compare the digits."""
    return [
        Refusal(
            "approved numbers",
            f"The {Phone._meta.get_field(name).verbose_name} of “{row['name_en']}” does not match "
            "what was approved. Change it back, or propose the change in the admin.",
            [],
            bake.record_of(Phone, row),
        )
        for row in rows[Phone].values()
        for newest in [approved.get(row["slug"])]
        for name in ("textphone", "role")
        if newest and newest.pk and row["is_published"] and row[name] != getattr(newest, name)
    ]
