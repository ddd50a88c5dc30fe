"""Spelling mistakes, mended against the words that the index knows."""

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4  # A shorter word is one slip away from too many others.
SHORTEST_HALF = 3


def slips_allowed(word):
    return 1 if len(word) < 6 else 2 if len(word) < 11 else 3


class Speller:
    """Known words, with how often each is written."""

    def __init__(self, counts):
        self.counts = counts
        self.words = [word for word in counts if len(word) >= SHORTEST and word.isalpha()]

    def mend(self, word):
        """The known words that this one was meant to be, or the word itself."""
        if len(word) < SHORTEST or word in self.counts or not word.isalpha():
            return [word]
        near = self._nearest(word)
        if near and near[0] == 1:
            return [near[1]]
        if halves := self._split(word):
            return halves
        return [near[1]] if near else [word]

    def _nearest(self, word):
        found = process.extract(
            word, self.words, scorer=OSA.distance, score_cutoff=slips_allowed(word), limit=20
        )
        # People rarely mistake the first letter; among the rest the common word is likelier.
        ranked = [
            (slips, known[0] != word[0], -self.counts[known], known) for known, slips, _ in found
        ]
        return (min(ranked)[0], min(ranked)[-1]) if ranked else None

    def _split(self, word):
        halves = [
            (word[:at], word[at:])
            for at in range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1)
            if word[:at] in self.counts and word[at:] in self.counts
        ]
        if not halves:
            return []
        return list(max(halves, key=lambda pair: min(map(self.counts.get, pair))))
