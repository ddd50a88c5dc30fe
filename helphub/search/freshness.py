"""When the index is stale: its stamp is not the one that a build would write now."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import Max

from helphub.content import router
from helphub.content.fingerprint import fingerprint
from helphub.content.models import LoadedRow
from helphub.search.index import Index, place

# ValueError: SQLite's message about a damaged file may not be valid text.
UNREADABLE = (sqlite3.Error, OSError, ValueError)


def stamp():
    """Changes with officers' saves, loaded content, the search's code and the offered languages."""
    if router.folder() or not settings.FOR_OFFICERS:
        return "edition"
    saved = apps.get_model("admin.LogEntry").objects.aggregate(last=Max("pk"))["last"]
    loaded = LoadedRow.objects.aggregate(last=Max("pk"))["last"]
    parts = [settings.DATABASES["default"]["NAME"], saved, loaded, _code()]
    return " ".join(map(str, [*parts, *settings.BUILT_LANGUAGES]))


@cache
def _code():
    files = sorted(Path(__file__).parent.glob("*.py"))
    return fingerprint(b"".join(file.read_bytes() for file in files))


def is_current():
    try:
        with closing(Index(place())) as index:
            return index.stamp == stamp()
    except UNREADABLE:
        return False
