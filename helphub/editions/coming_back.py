"""Pages that readers have had, and lose until a first day that is still to come."""

from pathlib import Path

from helphub.content import clock
from helphub.content.entries import Page
from helphub.editions import readers_content
from helphub.editions.bake import Row, Rows


def mark(rows: Rows, before: Path | None) -> None:
    """Mark them, so that their addresses say when they are back.

    Only what the previous edition showed, or marked, is marked. Anything else is new, and readers
    must not learn of it before its day.
    """
    had = readers_content.rows_of(before) if before else {}
    for model, table in rows.items():
        if issubclass(model, Page):
            for key, row in table.items():
                row["is_coming_back"] = _is_to_come(row) and _was_had(had.get(model, {}).get(key))


def _is_to_come(row: Row) -> bool:
    return row["starts_on"] is not None and row["starts_on"] > clock.today()


def _was_had(row: Row | None) -> bool:
    return (
        row is not None
        and row["is_published"]
        and (not _is_to_come(row) or row.get("is_coming_back", False))
    )
