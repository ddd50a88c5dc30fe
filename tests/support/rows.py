"""Rows of the real content for the tests in a browser, whose loop Django's own queries refuse."""

import sqlite3
from contextlib import closing
from types import SimpleNamespace

from .prepared import database_file


def real(model, **key):
    """The one row with these values, with the columns of its table as attributes."""
    table = model._meta.db_table
    where = " AND ".join(f"{name} = ?" for name in key)
    with closing(sqlite3.connect(f"file:{database_file()}?mode=ro", uri=True)) as file:
        file.row_factory = sqlite3.Row
        (found,) = file.execute(f"SELECT * FROM {table} WHERE {where}", list(key.values()))  # noqa: S608
    return SimpleNamespace(**dict(found))
