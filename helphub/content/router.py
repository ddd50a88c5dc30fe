"""Which database to read: an edition's own file, or the working database.

A reader's request reads one edition from start to finish. Where one process also serves officers,
their requests and all commands read the working database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NoReturn

from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.models import Model

from helphub.content import content_file

ALIAS = "edition"
_folder: ContextVar[Path | None] = ContextVar("folder", default=None)


class NotForReadersError(Exception):
    """A page for readers queried the working database."""


def folder() -> Path | None:
    """The folder of the edition being read, or None."""
    return _folder.get()


class Router:
    """Sends every query to the edition while one is being read."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return ALIAS if _folder.get() else None

    db_for_write = db_for_read


def _refuse(*arguments: Any) -> NoReturn:
    raise NotForReadersError("A page for readers queried the working database.")


@contextmanager
def reading(folder: Path) -> Iterator[DatabaseWrapper]:
    """Read only this edition within the block."""
    wanted = {"default": {}, ALIAS: content_file.database(folder)}
    connection = DatabaseWrapper(connections.configure_settings(wanted)[ALIAS], ALIAS)
    outer = connections[ALIAS] if _folder.get() else None
    connections[ALIAS] = connection
    token = _folder.set(folder)
    try:
        with connections["default"].execute_wrapper(_refuse):
            yield connection
    finally:
        _folder.reset(token)
        # Don't keep it: the next request may use the next edition.
        connection.close()
        del connections[ALIAS]
        if outer is not None:
            connections[ALIAS] = outer
