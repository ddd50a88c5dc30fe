"""CSV files for spreadsheet programs and for other programs."""

import csv
import io
import re
from collections.abc import Iterable

TYPE = "text/csv; charset=utf-8"
# With these a spreadsheet program begins a formula. In a CSV file, nothing but an apostrophe keeps
# it from that; one that was there already gets another, so that reading gives the same text back.
LOOKS_LIKE_FORMULA = re.compile(r"'*[=+\-@\t]")


def guarded(text: str) -> str:
    """A text as a CSV file holds it."""
    return f"'{text}" if LOOKS_LIKE_FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text that a CSV file holds."""
    return text[1:] if text.startswith("'") and LOOKS_LIKE_FORMULA.match(text) else text


def written(rows: Iterable[Iterable[object]]) -> bytes:
    """The file for these rows. Excel takes it for UTF-8 by the mark at its start alone."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerows([guarded(str(value)) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")
