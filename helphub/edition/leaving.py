"""What a withdrawal takes away, as it can be recognised in a finished page.

Most pages depend on lists that many share, so one number fewer would have nearly all of them made
again, which takes minutes on a busy machine. What is withdrawn has to leave sooner: only the pages
that show something of it are made at once. The others stay as readers have them, and the next
edition makes them.
"""

from django.db import models
from django.utils.html import escape

SHORTEST = 4  # Letters: anything shorter stands on every page.


def signs(before, after):
    """The names, numbers and addresses of the rows that differ, as bytes of a page."""
    found = set()
    for model, table in before.items():
        names = [field.attname for field in model._meta.concrete_fields if _is_name(field)]
        for key, row in table.items():
            if row != after[model].get(key):
                found |= {row[name] for name in names if row.get(name)}
    written = {value for value in found if len(value) >= SHORTEST}
    return {form.encode() for value in written for form in (value, escape(value))}


def _is_name(field):
    """Whether a field holds a name, a number or an address, and not a text or a choice."""
    return isinstance(field, models.CharField) and not field.choices


def is_shown(found, path):
    """Whether a page's file shows any of these signs."""
    body = path.read_bytes()
    return any(one in body for one in found)
