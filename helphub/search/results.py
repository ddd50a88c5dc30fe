"""The results for a reader's words, from the index as it is now."""

import logging
import re
from contextlib import closing
from threading import Lock
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import get_language

from helphub.content import router
from helphub.search import matching, ranking
from helphub.search.build import build_index
from helphub.search.freshness import UNREADABLE, is_current
from helphub.search.index import Index, place
from helphub.search.query import read_query

logger = logging.getLogger(__name__)
_building = Lock()


class Results(NamedTuple):
    """The hits, and the words used if they differ from the query."""

    hits: list
    corrected: str = ""


def search(words):
    """The results for a reader's words in the active language, or None if there is no index."""
    try:
        with closing(current()) as index:
            return search_in(index, re.sub(r"\s+", " ", words), get_language())
    except UNREADABLE as error:
        # No message or traceback, because either may quote the reader's words.
        logger.error(
            "The find index is missing or cannot be read (%s). Run manage.py build_index.",
            type(error).__name__,
        )
        return None


def current():
    """The index as it is on disk now. On a laptop it is rebuilt when the content changes."""
    if settings.LAPTOP and not router.folder():
        with _building:
            if not is_current():
                build_index()
    return Index(place())


def search_in(index, words, language):
    """Entries for these words in the given language, or else in English, best first."""
    query = read_query(words, language, index)
    hits = ranking.ordered(query, index, *matching.scores(query, index))
    is_corrected = hits and query.corrected != query.words
    return Results(hits, " ".join(query.corrected) if is_corrected else "")
