"""What readers have had: noted from each edition once, so that its file need not be opened again.

An edition that is not noted yet answers from its own file.
"""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import Error, transaction

from helphub.content import content_file, registry
from helphub.content.entries import Entry
from helphub.editions import bake, integrity, store
from helphub.editions.models import NotedEdition, ReadersHad

logger = logging.getLogger(__name__)

# An edition's folder, and when its content was written; None if it has none.
Identity = tuple[str, int | None]


def had_by_readers(row: Entry) -> bool:
    """Whether readers have ever had this row. Without editions, they see what is saved.

    This asks the database once. It opens only editions that are not noted.
    """
    name = row._meta.label_lower, row.pk
    had = ReadersHad.objects.filter(label=name[0], key=name[1]).values_list("label", "key")
    noted = NotedEdition.objects.values_list("name", "content_mtime")
    answers = set(had.union(noted))
    if name in answers:
        return True
    folders = _folders()
    if not folders:
        return row.is_published
    return any(
        _shows(folders[identity], row) for identity in reversed(folders) if identity not in answers
    )


def answer(sender: type[Entry], row: Entry, **kwargs: Any) -> bool:
    return had_by_readers(row)


def note() -> None:
    """Note what readers have had by now. It never fails: they have the edition already.

    If the database is away, the next publication notes it.
    """
    try:
        fill(ReadersHad, NotedEdition)
    except (Error, OSError):
        logger.exception("What readers have had was not noted. The next publication will do it.")


def fill(readers_had: type[Any], noted_editions: type[Any]) -> None:
    """Note what the kept editions show. A migration gives its own versions of the two models."""
    folders = _folders()
    noted = set(noted_editions.objects.values_list("name", "content_mtime"))
    shown = {
        identity: _published_in(folder)
        for identity, folder in folders.items()
        if identity not in noted
    }
    readable = {identity: names for identity, names in shown.items() if names is not None}
    with transaction.atomic():
        new = set().union(*readable.values())
        new -= set(readers_had.objects.values_list("label", "key"))
        readers_had.objects.bulk_create(
            [readers_had(label=label, key=key) for label, key in sorted(new)],
            ignore_conflicts=True,
        )
        noted_editions.objects.bulk_create(
            [noted_editions(name=name, content_mtime=mtime) for name, mtime in readable],
            ignore_conflicts=True,
        )
        mtimes = [mtime for _, mtime in folders if mtime]
        noted_editions.objects.exclude(content_mtime__in=mtimes).delete()


# The editions' files


def _folders() -> dict[Identity, Path]:
    """The kept editions, oldest first, each under what it would be noted by."""
    return {_identity(folder): folder for folder in map(store.folder_of, store.numbers())}


def _identity(folder: Path) -> Identity:
    """Tells an edition from any other with its number, and from itself with its content replaced.

    Without its content, it is never noted.
    """
    try:
        return folder.name, (folder / integrity.CONTENT).stat().st_mtime_ns
    except OSError:
        return folder.name, None


def _opened(folder: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(content_file.database(folder)["NAME"], uri=True))


def _shows(folder: Path, row: Entry) -> bool:
    """Whether an edition shows this row. If we can't read it, assume it does."""
    query = f"SELECT 1 FROM {row._meta.db_table} WHERE id = ? AND is_published"  # noqa: S608
    try:
        with _opened(folder) as edition:
            return edition.execute(query, [row.pk]).fetchone() is not None
    except sqlite3.Error:
        return True


def _published_in(folder: Path) -> set[tuple[str, int]] | None:
    """The entries that an edition shows, as (label, key); None if we can't read them all."""
    names: set[tuple[str, int]] = set()
    try:
        with _opened(folder) as edition:
            for model in filter(bake.is_entry, registry.content_models()):
                query = f"SELECT id FROM {model._meta.db_table} WHERE is_published"  # noqa: S608
                names |= {(model._meta.label_lower, key) for (key,) in edition.execute(query)}
    except sqlite3.Error:
        return None
    return names
