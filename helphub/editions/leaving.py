"""What a withdrawal takes away, in a form we can recognise in a finished page.

Most pages depend on shared lists, so removing one number would mean making nearly all of them
again. That takes minutes on a busy machine, and a withdrawal cannot wait that long. We make only
the pages that show something withdrawn. The others stay as readers have them until the next edition
makes them. Until then they may still count it ("20 services").
"""

import re
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.html import escape

from helphub.editions.bake import Rows

SHORT = 4  # Letters. Anything shorter is matched as a whole word.


class Signs:
    """The names, numbers and addresses of withdrawn rows, as they appear in a page's bytes."""

    def __init__(self, before: Rows, after: Rows) -> None:
        written = {form for name in _names(before, after) for form in (name, escape(name))}
        self.long = [form.encode() for form in written if len(form) >= SHORT]
        short = [re.escape(form.encode()) for form in written if len(form) < SHORT]
        self.short = re.compile(rb"(?<![\w-])(?:%s)(?![\w-])" % b"|".join(short)) if short else None

    def are_in(self, path: Path) -> bool:
        """Whether a page's file shows any of them."""
        body = path.read_bytes()
        return any(form in body for form in self.long) or bool(
            self.short and self.short.search(body)
        )


def _names(before: Rows, after: Rows) -> set[str]:
    """The names, numbers and addresses of the rows that differ."""
    values: set[str] = set()
    for model, table in before.items():
        names = [field.attname for field in model._meta.concrete_fields if _is_name(field)]
        for key, row in table.items():
            if row != after[model].get(key):
                values |= {row[name] for name in names if row.get(name)}
    return values


def _is_name(field: "models.Field[Any, Any]") -> bool:
    """Whether a field holds a name, number or address, rather than a text or a choice."""
    return isinstance(field, models.CharField) and not field.choices
