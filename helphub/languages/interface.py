"""The words of the site's frame, of which an offered language shows the reviewed ones only.

A release may bring new words. Until two people have reviewed those, they are in English.
"""

from functools import lru_cache
from itertools import repeat

from django.utils.translation import get_language, gettext

from helphub.content import memory, router
from helphub.content.fingerprint import LENGTH, fingerprint
from helphub.languages import texts
from helphub.languages.models import Language
from helphub.languages.states import SHOWN


def say(message):
    """A message in the reader's language, if that may be shown. Otherwise in English."""
    translated = gettext(message)
    if translated == message:
        return message
    return translated if _may_show(message, translated, _reviewed(get_language())) else message


def say_all(messages):
    """Words that stand together: all in the reader's language, or else all in English."""
    language = get_language()
    return _all_in(language, messages, _reviewed(language))


@lru_cache(maxsize=64)
def _all_in(language, messages, reviewed):
    """As above. A page has the names of days many times."""
    own = tuple(map(gettext, messages))
    is_shown = all(map(_may_show, messages, own, repeat(reviewed)))
    return own if is_shown else messages


def _may_show(message, translated, reviewed):
    return reviewed is None or _mark(message, translated) in reviewed


def reviewed_words(code, known):
    """What an edition's file says of a language: the marks of its reviewed words, in a row."""
    marks = [
        _mark(text.english, text.words[code])
        for text in texts.of_interface()
        if known.state(text.name, code, text.english, text.words[code]) in SHOWN
    ]
    return "".join(sorted(marks))


def _mark(message, translated):
    return fingerprint((message, translated))


def _reviewed(language):
    """The marks of the words that may be shown. None if the language is only a draft."""
    folder = router.folder()
    if folder is None or language == "en":
        return None
    if memory.is_used():
        rows = memory.rows("languages", lambda: list(Language.objects.filter(is_offered=True)))
        return marks_in(next((row.frame for row in rows if row.slug == language), None))
    return _in_edition(folder, language)


@lru_cache(maxsize=16)
def _in_edition(folder, language):
    """As above, for pages made on request. An edition never changes."""
    row = Language.objects.filter(is_offered=True, slug=language).first()
    return marks_in(row and row.frame)


@lru_cache(maxsize=16)
def marks_in(frame):
    """The marks that a language's row in an edition has."""
    if frame is None:
        return None
    return frozenset(frame[i : i + LENGTH] for i in range(0, len(frame), LENGTH))
