"""How an edition's content.sqlite3 is opened. The settings need this, so it imports no Django."""

from pathlib import Path
from typing import Any


def database(folder: Path) -> dict[str, Any]:
    """Database settings for an edition's file. It is never written, so it needs no locks."""
    uri = (folder / "content.sqlite3").absolute().as_uri().replace("file://", "file:", 1)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{uri}?mode=ro&immutable=1",
        "CONN_MAX_AGE": 0,
    }
