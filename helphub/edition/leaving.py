"""What a withdrawal takes away, as it can be recognised in a finished page.

Most pages depend on lists that many share, so one number fewer would have nearly all of them made
again, which takes minutes on a busy machine. What is withdrawn has to leave sooner: only the pages
that show something of it are made at once. The others stay as readers have them, and the next
edition makes them: they may count it still ("20 services").
"""

import re

from django.db import models
from django.utils.html import escape

SHORT = 4  # Letters: what has fewer is looked for as a whole word.


class Signs:
    """The names, numbers and addresses of rows that leave, as bytes of a page."""

    def __init__(self, before, after):
        written = {form for name in _names(before, after) for form in (name, escape(name))}
        self.long = [one.encode() for one in written if len(one) >= SHORT]
        short = [re.escape(one.encode()) for one in written if len(one) < SHORT]
        self.short = re.compile(rb"(?<![\w-])(?:%s)(?![\w-])" % b"|".join(short)) if short else None

    def are_in(self, path):
        """Whether a page's file shows any of them."""
        body = path.read_bytes()
        return any(one in body for one in self.long) or bool(self.short and self.short.search(body))


def _names(before, after):
    """What the rows that differ are called, dialled and addressed by."""
    found = set()
    for model, table in before.items():
        names = [field.attname for field in model._meta.concrete_fields if _is_name(field)]
        for key, row in table.items():
            if row != after[model].get(key):
                found |= {row[name] for name in names if row.get(name)}
    return found


def _is_name(field):
    """Whether a field holds a name, a number or an address, and not a text or a choice."""
    return isinstance(field, models.CharField) and not field.choices
