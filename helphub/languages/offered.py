"""Which languages readers are offered, and which pages are made at all."""

from django.conf import settings
from django.db import DatabaseError

from helphub.content import memory
from helphub.languages.models import Language


def offered():
    """The languages that readers can choose, in the site's order. A publisher decides."""
    chosen = _chosen()
    return [code for code, _ in settings.LANGUAGES if code in chosen]


def _chosen():
    try:
        rows = memory.rows("languages", lambda: list(Language.objects.filter(is_offered=True)))
    except DatabaseError:  # Without a database, pages for trouble are in English.
        rows = []
    return {settings.LANGUAGE_CODE, *(row.slug for row in rows)}


def served():
    """The languages that have pages here. A laptop shows the others too, as drafts."""
    if settings.LAPTOP:
        return settings.BUILT_LANGUAGES
    codes = offered()
    return [code for code in settings.BUILT_LANGUAGES if code in codes]
