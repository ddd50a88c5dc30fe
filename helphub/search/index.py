"""The index: a separate SQLite file, and what a search looks up in it.

It is the same whichever database holds the content.
"""

import sqlite3
from pathlib import Path

from django.conf import settings

from helphub.content import router
from helphub.search import typed
from helphub.search.schema import WEIGHTS, table
from helphub.search.spelling import Speller

_spellers = {}  # Cached for one build, by languages, because they are slow to make.


def place():
    """Where the index is stored: in the edition being read, or on its own."""
    folder = router.folder()
    return folder / "find.sqlite3" if folder else settings.FIND_INDEX


class Index:
    """One search's own connection to the file, so other searches can't block or close it."""

    def __init__(self, path):
        uri = f"{Path(path).absolute().as_uri()}?mode=ro&immutable=1"
        self.file = sqlite3.connect(uri, uri=True)
        try:
            ((self.build, self.stamp),) = self.file.execute("SELECT build, stamp FROM about")
        except Exception:
            self.close()
            raise

    def close(self):
        self.file.close()

    def speller(self, languages):
        if speller := _spellers.get((self.build, languages)):
            return speller
        rows = self.file.execute(
            "SELECT word, sum(count), max(is_key) FROM vocabulary "  # noqa: S608
            f"WHERE language IN ({_marks(languages)}) GROUP BY word",
            languages,
        ).fetchall()
        speller = Speller(
            {word: count for word, count, _ in rows}, {word for word, _, is_key in rows if is_key}
        )
        for old in [key for key in list(_spellers) if key[0] != self.build]:
            _spellers.pop(old, None)
        _spellers[self.build, languages] = speller
        return speller

    def has_word(self, word, languages):
        return any(
            self.file.execute(
                f"SELECT 1 FROM {table(language)} WHERE {table(language)} MATCH ? LIMIT 1",  # noqa: S608
                [f'"{word}"'],
            ).fetchone()
            for language in languages
        )

    def entries(self):
        """Every entry by its kind and slug, and those of the wing."""
        by_slug, wing = {}, set()
        for kind, key, slug, is_wing in self.file.execute("SELECT * FROM entries"):
            by_slug[kind, slug] = (kind, key)
            if is_wing:
                wing.add((kind, key))
        return by_slug, wing

    def with_number(self, number):
        """The entries with this telephone number, or else with one of which it is a part."""
        rows = self.file.execute("SELECT dial, kind, key FROM numbers").fetchall()
        exact = [(kind, key) for dial, kind, key in rows if dial == number]
        if exact or len(number) < typed.LEAST_DIGITS:
            return exact
        # The first half of a number, or a local one without its area code.
        return [
            (kind, key)
            for dial, kind, key in rows
            if dial.startswith(number) or dial.endswith(number)
        ]

    def phrases(self, first_words, languages):
        """The names and everyday phrases that begin with any of these words."""
        return self.file.execute(
            "SELECT words, weight, is_name, kind, key FROM phrases "  # noqa: S608
            f"WHERE first IN ({_marks(first_words)}) AND language IN ({_marks(languages)})",
            [*first_words, *languages],
        )

    def ranks(self, words, language, limit):
        """The entries with any of these words in this language, with their rank, best first."""
        name = table(language)
        weights = ", ".join(map(str, [0, 0, *WEIGHTS]))
        return self.file.execute(
            f"SELECT kind, key, -bm25({name}, {weights}) AS rank FROM {name} "  # noqa: S608
            f"WHERE {name} MATCH ? ORDER BY rank DESC LIMIT {limit}",
            [" OR ".join(f'"{word}"' for word in words)],
        ).fetchall()


def _marks(values):
    return ", ".join("?" * len(values))
