"""Takes along what is known of translations when records are copied with their words."""

from helphub.content.entries import translated_fields
from helphub.languages.models import Approval, Translation


def take_along(sender, copies, **kwargs):
    """Copy what is known of these records' translations, {key: copy}, with what reviewers said.

    A state follows from fingerprints, so it holds for the copies if their words are the same.
    """
    of_sources = Translation.objects.filter(label=sender._meta.label_lower, key__in=copies)
    rows, said = [], []
    for row in of_sources.prefetch_related("approvals"):
        copy = copies[row.key]
        if row.field in translated_fields(type(copy)):
            said.append(list(row.approvals.all()))
            row.pk, row.label, row.key = None, copy._meta.label_lower, copy.pk
            rows.append(row)
    _forget_what_saving_noted(rows)
    Translation.objects.bulk_create(rows)
    approvals = [
        (approval.made_at, _of(approval, row))
        for row, answers in zip(rows, said, strict=True)
        for approval in answers
    ]
    Approval.objects.bulk_create([approval for _, approval in approvals])
    for made_at, approval in approvals:
        approval.made_at = made_at  # Creating it has set another.
    Approval.objects.bulk_update([approval for _, approval in approvals], ["made_at"])


def _forget_what_saving_noted(rows):
    """A copy that was saved by itself has its words noted as if they were new."""
    names = {(row.label, row.key, row.field, row.language) for row in rows}
    noted = Translation.objects.filter(
        label__in={row.label for row in rows}, key__in={row.key for row in rows}
    )
    Translation.objects.filter(
        pk__in=[row.pk for row in noted if (row.label, row.key, row.field, row.language) in names]
    ).delete()


def _of(approval, row):
    """A reviewer's answer, of another translation."""
    approval.pk, approval.translation = None, row
    return approval
