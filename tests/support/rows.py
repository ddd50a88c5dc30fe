"""Rows of the real content for browser tests. Django refuses queries inside their event loop."""

import sqlite3
from contextlib import closing
from types import SimpleNamespace

from tests.support.prepared import database_file


def real(model, **key):
    """The only row with these values. Its columns are attributes."""
    table = model._meta.db_table
    where = " AND ".join(f"{name} = ?" for name in key)
    with closing(sqlite3.connect(f"file:{database_file()}?mode=ro", uri=True)) as file:
        file.row_factory = sqlite3.Row
        (row,) = file.execute(f"SELECT * FROM {table} WHERE {where}", list(key.values()))  # noqa: S608
    return SimpleNamespace(**dict(row))
