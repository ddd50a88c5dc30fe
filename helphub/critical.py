"""The numbers of every page: 999 and the single point of contact, whatever is broken.

Ordinary pages read them from the database. Pages that must work without one (400, 404, 500, the
emergency page) read critical_numbers.json, which `manage.py write_critical_numbers` makes from the
same rows.
"""

import json
from functools import cache
from pathlib import Path

from contacts.models import Phone

PATH = Path(__file__).with_name("critical_numbers.json")
FIELDS = ["slug", "name_en", "kind", "dial", "display", "role"]


@cache
def from_file():
    """The critical numbers by role, without a database."""
    rows = json.loads(PATH.read_text())
    return {row["role"]: Phone(**row) for row in rows}


def from_database():
    """The critical numbers by role; an empty database is made up from the file."""
    return from_file() | Phone.objects.critical()


def write():
    """Rewrite the file from the database."""
    phones = Phone.objects.critical()
    rows = [{field: getattr(phones[role], field) for field in FIELDS} for role in Phone.Role]
    PATH.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
