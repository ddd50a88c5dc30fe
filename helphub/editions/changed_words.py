"""Translations that readers would see otherwise after the next publication, whatever is ticked.

Approving words, or changing the English under them, makes no new version of a record.
"""

from pathlib import Path
from typing import NamedTuple

from modeltranslation.utils import build_localized_fieldname

from helphub.content.entries import translated_fields
from helphub.editions import readers_content, version_rows
from helphub.editions.bake import Row, Rows
from helphub.editions.choice import Choice
from helphub.languages import interface, names
from helphub.languages.models import Language
from helphub.languages.names import codes
from helphub.languages.shown import keep_what_may_be_shown
from helphub.languages.texts import translated_models


class ChangedWords(NamedTuple):
    """How many texts would change for the readers of one language."""

    language: str
    in_language: int  # They would be in the language, or in other words of it.
    in_english: int  # They would no longer be in the language.
    is_new: bool  # It would be offered for the first time.


def waiting(folder: Path) -> list[ChangedWords]:
    """The languages in which words would change, if all else stayed as readers have it."""
    before = readers_content.rows_of(folder)
    rows = version_rows.rows_of(Choice(folder, {}).states([]))
    _offer_what_is_saved(rows)
    keep_what_may_be_shown(rows)
    offered_before = _offered(before)
    return [
        ChangedWords(names.in_english(code), *counts, code not in offered_before)
        for code in codes()
        if code in _offered(rows) and any(counts := _counts(before, rows, code))
    ]


def _offer_what_is_saved(rows: Rows) -> None:
    """Show a publisher what a language would bring before it is offered to readers."""
    for key, is_offered in Language.objects.values_list("pk", "is_offered"):
        if row := rows[Language].get(key):
            row["is_offered"] = is_offered


def _offered(rows: Rows) -> set[str]:
    return {row["slug"] for row in rows[Language].values() if row["is_offered"]}


def _frame(rows: Rows, code: str) -> frozenset[str]:
    """The marks of the frame's words that readers see in this language."""
    frames = [row.get("frame") for row in rows[Language].values() if row["slug"] == code]
    return interface.marks_in(frames[0] if frames else None) or frozenset()


def _counts(before: Rows, rows: Rows, code: str) -> tuple[int, int]:
    """How many texts would be in this language or in other words of it, and how many not."""
    was, now = _frame(before, code), _frame(rows, code)
    in_language, in_english = len(now - was), max(0, len(was) - len(now))
    for model in translated_models():
        columns = [build_localized_fieldname(name, code) for name in translated_fields(model)]
        for key, row in rows[model].items():
            old: Row = before[model].get(key, {})
            for column in columns:
                if (row[column] or "") != (old.get(column) or ""):
                    in_language += bool(row[column])
                    in_english += not row[column]
    return in_language, in_english
