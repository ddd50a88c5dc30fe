"""What the strategy in force prints, to recognise it in the document of the next one."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from typing import NamedTuple

from rapidfuzz import fuzz, process

from helphub.splitting import kinds, words

SIGNS = re.compile(r"[\W_]+")
SAME_HEADING, SAME_WORDS = 85, 92  # Of 100.
# What a row of the same words most probably has too. An officer looks at each.
CARRIED = ("figure", "population", "url", "audience")


class Row(NamedTuple):
    """A row of the strategy in force."""

    what: str
    reference: str
    words: str
    section: str
    chapter: str
    fields: dict


def compared(text):
    """Words without what documents differ in for no reason: signs and capitals."""
    return SIGNS.sub(" ", text.casefold()).strip()


class Earlier:
    """The rows of one strategy, to be looked up by their words and their headings."""

    def __init__(self, rows=()):
        self.rows = list(rows)
        self.by_words = {}
        chapters = {}
        # A body is named in a passage too. The rarer kind says more.
        for row in sorted(self.rows, key=lambda row: row.what == kinds.PASSAGE):
            self.by_words.setdefault(compared(row.words), row)
            if row.chapter:
                heading = compared(row.section.partition(" / ")[0])
                chapters.setdefault(heading, Counter())[row.chapter] += 1
        self.chapters = {name: count.most_common(1)[0][0] for name, count in chapters.items()}
        self.by_length = sorted(self.by_words, key=len)

    @classmethod
    def of(cls, strategy):
        return cls(_rows(strategy)) if strategy else cls()

    def like(self, text):
        """The row that has these words, or nearly, or None."""
        text = compared(text)
        if len(text) < 12 or text in self.by_words:
            return self.by_words.get(text)
        found = process.extractOne(
            text, self._about_as_long(text), scorer=fuzz.ratio, score_cutoff=SAME_WORDS
        )
        return self.by_words[found[0]] if found else None

    def _about_as_long(self, text):
        """Those that can be nearly the same at all. A document has thousands of sentences."""
        most = 2 * (100 - SAME_WORDS) / SAME_WORDS * len(text)
        first = bisect_left(self.by_length, len(text) - most, key=len)
        return self.by_length[first : bisect_right(self.by_length, len(text) + most, key=len)]

    def chapter_of(self, heading):
        """The chapter of a section with this heading, or nearly, or ""."""
        found = process.extractOne(
            compared(heading),
            self.chapters.keys(),
            scorer=fuzz.token_sort_ratio,
            score_cutoff=SAME_HEADING,
        )
        return self.chapters[found[0]] if found else ""


def _rows(strategy):
    for what, kind in kinds.ROWS.items():
        for row in kinds.rows_of(kind.model, strategy):
            chapter = row.chapter.slug if what == kinds.PASSAGE else ""
            fields = {name: getattr(row, name) for name in CARRIED if getattr(row, name, "")}
            reference, text = row.reference or "", words.kept(row.words)
            section = getattr(row, "section", "")
            yield Row(what, reference, text, section, chapter, fields)
