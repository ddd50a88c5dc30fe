"""A reader's query: its words, as typed and as corrected, and what they mean."""

from typing import NamedTuple

from django.conf import settings

from helphub.content import validators
from helphub.search import meanings, typed
from helphub.search.phrases import STOP_WORDS

LONGEST_QUERY, MOST_WORDS = 200, 40
MOST_HINTS = 3
MOST_CORRECTED = 6  # Correcting is slow, and a real query never has more mistakes than this.


class Query(NamedTuple):
    """What a reader asked, in the reader's language or else in English."""

    text: str
    languages: tuple
    words: list
    corrected: list  # The same words if there was no mistake.
    guesses: list  # Other words that a misspelt one may have meant.
    meant: list  # Meanings of the corrected words, the clearest first.
    hinted: list  # If there is none: meanings that single words hint at, and how strongly.


def readable(text):
    """A reader's words without control characters and direction marks, which are invisible."""
    return validators.UNSAFE_CHARACTERS.sub(" ", text)


def read_query(text, language, index):
    """The query that this text is, with mistakes corrected against the index."""
    languages = tuple(dict.fromkeys([language, settings.LANGUAGE_CODE]))
    text = text[:LONGEST_QUERY]
    if not _is_english(text, language, index):
        # English shorthand, spelling and meanings would misread it: "od" is Polish for "from".
        words = typed.plain_words(text)[:MOST_WORDS]
        corrected, guesses = _corrected(words, languages[:1], index)
        return Query(text, languages, words, corrected, guesses, [], [])
    words = typed.words(text)[:MOST_WORDS]
    corrected, guesses = _corrected(words, languages, index)
    folded = typed.folded(corrected)
    meant = meanings.meant(folded)
    hinted = [] if meant else meanings.hinted(folded)[:MOST_HINTS]
    return Query(text, languages, words, corrected, guesses, meant, hinted)


def _is_english(text, language, index):
    """Whether more words of a query are English than are of the reader's own language."""
    if language.startswith(settings.LANGUAGE_CODE):
        return True
    own = english = 0
    for word in typed.plain_words(text)[:MOST_WORDS]:
        if index.has_word(word, [language]):
            own += 1
        elif word in STOP_WORDS or word in meanings.vocabulary() or typed.numbers(word):
            english += 1
    return english > own


def _corrected(words, languages, index):
    """The words with those that the index does not know corrected, and other guesses at them."""
    corrected, guesses, unknown = [], [], 0
    for word in words:
        right, others = [word], []
        is_known = word in STOP_WORDS or word in meanings.vocabulary()
        if not is_known and not index.has_word(word, (*languages, settings.LANGUAGE_CODE)):
            unknown += 1
            if unknown <= MOST_CORRECTED:
                right, others = _correct(word, index.speller(languages))
        corrected += right
        guesses += others
    return corrected, guesses


def _correct(word, speller):
    """The known words that this word was meant to be, or the word itself, and other guesses."""
    if decoded := typed.decoded(word, speller):
        return [decoded], []
    right, others = speller.correct(word.strip("*"))
    # A word that says nothing is no help. The reader's own may be right, though it is not ours.
    if any(part in STOP_WORDS or part in meanings.weak() for part in right):
        return [word], []
    return right, others
