"""The interface's words: catalogues under helphub/locale, without GNU gettext."""

import os

import polib
from django.conf import settings

FOLDER = settings.LOCALE_PATHS[0]


def catalogues():
    """The catalogue file of every language, by its folder's name."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/django.po"))


def compile_all():
    """Write the .mo files that Django reads, where a catalogue is newer than its own."""
    for path in catalogues():
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            # Whole or not at all: another process may be about to read it.
            part = compiled.with_suffix(f".{os.getpid()}")
            polib.pofile(str(path)).save_as_mofile(str(part))
            part.replace(compiled)
