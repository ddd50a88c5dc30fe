"""What a record's own form says of its last checks."""

from collections.abc import Iterator

from django.db import models

from helphub.checking.models import Confirmation, LinkCheck
from helphub.content import moments


def of_record(sender, row, **_kwargs) -> list[str]:
    return [*_confirmed(row), *_of_links(row)]


def _confirmed(row) -> Iterator[str]:
    label = row._meta.label_lower
    done = Confirmation.objects.filter(label=label, key=row.pk, taken_back_at=None)
    if last := done.order_by("-checked_on", "-pk").first():
        where = f": {last.source}" if last.source else ""
        yield f"Found correct on {last.checked_on:%-d %B %Y} by {last.officer_name}{where}."
    else:
        yield "Nobody has checked it yet."


def _of_links(row) -> Iterator[str]:
    addresses = [
        getattr(row, field.name)
        for field in row._meta.fields
        if isinstance(field, models.URLField) and getattr(row, field.name)
    ]
    for link in LinkCheck.objects.filter(address__in=addresses).exclude(result=""):
        yield f"{link.address} was asked on {moments.in_words(link.checked_at)}: {link.detail}"
