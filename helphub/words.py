"""The interface's words: catalogues under helphub/locale, without GNU gettext."""

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
            polib.pofile(str(path)).save_as_mofile(str(compiled))
