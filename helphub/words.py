"""The interface's words: catalogues under helphub/locale, without GNU gettext."""

import os

import polib
from django.conf import settings

FOLDER = settings.LOCALE_PATHS[0]


def catalogues():
    """The catalogue file of every language, sorted by folder name."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/django.po"))


def compile_all():
    """Write Django's .mo file wherever the catalogue is newer."""
    for path in catalogues():
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            # Replaced in one step, because another process may be about to read it.
            part = compiled.with_suffix(f".{os.getpid()}")
            polib.pofile(str(path)).save_as_mofile(str(part))
            part.replace(compiled)
