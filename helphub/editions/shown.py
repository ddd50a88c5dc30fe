"""What readers have had: the rows that kept editions show."""

import sqlite3
from contextlib import closing
from typing import Any

from helphub.content import content_file
from helphub.content.entries import Entry
from helphub.editions import store


def had_by_readers(row: Entry) -> bool:
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


def answer(sender: type[Entry], row: Entry, **kwargs: Any) -> bool:
    return had_by_readers(row)
