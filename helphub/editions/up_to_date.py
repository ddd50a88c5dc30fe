"""Whether this code would still make the same pages as an edition has."""

import sys
from pathlib import Path

import django
from django.conf import settings

from contacts import critical
from helphub.content import router
from helphub.content.fingerprint import fingerprint
from helphub.editions import answers, manifests


def code_fingerprint() -> str:
    """A hash of the code that turns content into pages, and of the settings they show."""
    contents = [
        path.read_bytes()
        for part in ("helphub", "strategy", "contacts", "services", "templates", "static")
        for path in sorted((settings.BASE_DIR / part).rglob("*"))
        if path.suffix in {".py", ".html", ".css", ".js", ".mo"}
    ]
    names = ["OWNER", "EXIT_URL", "SECURITY_CONTACT", "PUBLIC_HOST", "LAPTOP", "BUILT_LANGUAGES"]
    values = [(name, getattr(settings, name)) for name in names]
    contents.append(repr((values, django.VERSION, sys.version_info)).encode())
    return fingerprint(b"".join(contents))


def pages_fingerprint(folder: Path) -> str:
    """Changes when pages may differ even though the content and the day are the same."""
    return fingerprint(code_fingerprint().encode() + (folder / critical.PATH.name).read_bytes())


def is_of_this_code(folder: Path) -> bool:
    """Whether this code would make the same pages as this edition has."""
    return answers.of_edition(folder).get("code") == pages_fingerprint(folder)


def is_of_today(folder: Path) -> bool:
    """Whether an edition's pages would be the same if we made them today."""
    record = answers.of_edition(folder)
    with router.reading(folder) as connection:
        same = answers.unchanged(connection, record, pages_fingerprint(folder))
    return set(manifests.pages_of(folder)) <= same
