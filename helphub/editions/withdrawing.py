"""What is withdrawn, what stops for it, and the editions that must not show it."""

import sqlite3
from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.db import DatabaseError, connections, models
from django.utils import timezone

from helphub.content import registry
from helphub.content.content_file import database
from helphub.content.registry import RecordName
from helphub.editions import bake, doubted, manifests, store
from helphub.editions.models import Withdrawal
from helphub.editions.outcomes import Attempt
from helphub.editions.progress import Progress, Show
from helphub.editions.sources import WITHDRAWAL


def withdraw(row: models.Model, requester: str, why: str) -> Withdrawal:
    """Note that a row must leave every page."""
    return Withdrawal.objects.get_or_create(
        label=row._meta.label_lower,
        key=row.pk,
        lifted_at=None,
        defaults={"name": str(row)[:200], "why": why, "who": requester},
    )[0]


def lift_withdrawal(withdrawal: Withdrawal, requester: str) -> None:
    """Let the row be published again by the next release."""
    withdrawal.lifted_at, withdrawal.lifted_by = timezone.now(), requester
    withdrawal.save()


def withdrawn_now(before: Path | None = None) -> list[RecordName]:
    """What is withdrawn. Without a database, as for the previous edition."""
    try:
        return _withdrawals()
    except DatabaseError:
        return list(map(tuple, manifests.manifest_of(before)["withdrawn"])) if before else []


def _withdrawals() -> list[RecordName]:
    return list(Withdrawal.objects.filter(lifted_at=None).values_list("label", "key"))


def progress_of(
    attempt: Attempt,
    before: Path | None,
    withdrawn: Collection[RecordName],
    show: Show | None = None,
) -> Progress:
    """Reports how far a publication has got, and stops it for anything that goes out first.

    That is a withdrawal, or a number that two checks failed to reach, since it began.
    """
    in_doubt = _in_doubt()

    def gives_way() -> bool:
        try:
            is_withdrawn = not set(_withdrawals()) <= set(withdrawn)
            return is_withdrawn or (in_doubt is not None and not doubted.doubted() <= in_doubt)
        except DatabaseError:
            connections["default"].close()  # It may be back by the next check.
            return False

    is_withdrawal = attempt.source == WITHDRAWAL
    return Progress(
        attempt,
        manifests.manifest_of(before) if before else None,
        (lambda: False) if is_withdrawal else gives_way,
        show,
    )


def _in_doubt() -> set[int] | None:
    """The numbers in doubt now, or None without a database."""
    try:
        return doubted.doubted()
    except DatabaseError:
        return None


# Editions that show something withdrawn


def shows(folder: Path, withdrawn: Iterable[RecordName]) -> list[RecordName]:
    """The withdrawn rows that an edition shows.

    If we can't read its content, assume it shows all of them.
    """
    shown: list[RecordName] = []
    uri = database(folder)["NAME"]
    for label, key in withdrawn:
        model = apps.get_model(label)
        is_shown = (
            "is_published" if bake.is_entry(model) and label not in registry.places() else "1"
        )
        statement = f"SELECT 1 FROM {model._meta.db_table} WHERE id = ? AND {is_shown}"  # noqa: S608
        try:
            with closing(sqlite3.connect(uri, uri=True)) as file:
                if file.execute(statement, [key]).fetchone():
                    shown.append((label, key))
        except sqlite3.Error as error:
            if "no such" not in str(error):  # This edition is older than the table.
                shown.append((label, key))
    return shown


def put_away(withdrawn: Collection[RecordName], number: int) -> None:
    """Erase older editions that show a withdrawn place. Forbid those with other withdrawn rows."""
    for old in store.numbers():
        if old == number or not (shown := shows(store.folder_of(old), withdrawn)):
            continue
        if any(label in registry.places() for label, _ in shown):
            store.erase(old)
        elif not store.is_forbidden(store.folder_of(old)):
            store.forbid(old, "It shows something that was withdrawn.")


def allow_again() -> None:
    """Allow rollback to older editions that no longer show anything withdrawn."""
    forbidden = [n for n in store.numbers() if store.is_forbidden(store.folder_of(n))]
    if not forbidden:
        return
    try:
        withdrawn = _withdrawals()
    except DatabaseError:
        return  # We can't tell what was lifted.
    for number in forbidden:
        if not shows(store.folder_of(number), withdrawn):
            store.allow(number)
