"""Which database to read: an edition's own file, or the working database.

A reader's request reads one edition from start to finish. Where one process also serves officers,
their requests and all commands read the working database.
"""

import sqlite3
from contextlib import closing, contextmanager
from contextvars import ContextVar

from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from helphub.edition import content_file, store

ALIAS = "edition"
_folder = ContextVar("folder", default=None)


class NotForReadersError(Exception):
    """A page for readers queried the working database."""


def folder():
    """The folder of the edition being read, or None."""
    return _folder.get()


class Router:
    """Sends every query to the edition while one is being read."""

    def db_for_read(self, model, **hints):
        return ALIAS if _folder.get() else None

    db_for_write = db_for_read


def _refuse(*arguments):
    raise NotForReadersError("A page for readers queried the working database.")


@contextmanager
def reading(folder):
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


def had_by_readers(row):
    """Whether any kept edition shows this row. Without editions, readers see what is saved."""
    numbers = store.numbers()
    if not numbers:
        return row.is_published
    query = f"SELECT 1 FROM {row._meta.db_table} WHERE id = ? AND is_published"  # noqa: S608
    for number in reversed(numbers):
        file = content_file.database(store.folder_of(number))["NAME"]
        try:
            with closing(sqlite3.connect(file, uri=True)) as edition:
                if edition.execute(query, [row.pk]).fetchone():
                    return True
        except sqlite3.Error:
            return True  # We can't read it, so assume it shows the row.
    return False
