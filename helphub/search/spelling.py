"""Corrects spelling mistakes against the words in the index."""

from itertools import chain

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4  # A shorter word is one slip away from too many others.
SHORT = 5  # Up to this length the first letter must be right: "pill" is not a slip for "kill".
SHORTEST_HALF = 3
GUESSES = 3  # If several words are equally near, search for this many.


def slips_allowed(word):
    return 1 if len(word) <= SHORT else 2 if len(word) < 11 else 3


def is_correctable(word):
    # Not isalpha(): Gurmukhi vowel signs are marks. Numbers are never guessed.
    return len(word) >= SHORTEST and not any(character.isdigit() for character in word)


class Speller:
    """Known words, how often each is written, and which of them people search for."""

    def __init__(self, counts, keys=frozenset()):
        self.counts = counts
        self.keys = keys
        # By length: a word with one slip is at most one letter longer or shorter.
        self.by_length = {}
        self.keys_by_length = {}
        for word in filter(is_correctable, counts):
            self.by_length.setdefault(len(word), []).append(word)
            if word in keys:
                self.keys_by_length.setdefault(len(word), []).append(word)

    def correct(self, word):
        """The known words that this word was meant to be, or the word itself, and other guesses."""
        if word in self.counts or not is_correctable(word):
            return [word], []
        one_slip = self._nearest(word, 1)
        if not one_slip and (halves := self._split(word)):
            return halves, []
        near = one_slip or self._nearest(word, slips_allowed(word)) or [word]
        return near[:1], near[1:GUESSES]

    def _nearest(self, word, slips):
        """The known words that are fewest slips away, likeliest first."""
        # With more slips everything matches, so use only words from names and everyday phrases.
        by_length = self.by_length if slips == 1 else self.keys_by_length
        lengths = range(len(word) - slips, len(word) + slips + 1)
        choices = list(chain.from_iterable(by_length.get(length, []) for length in lengths))
        if len(word) <= SHORT:
            choices = [candidate for candidate in choices if candidate[0] == word[0]]
        nearby = process.extract(word, choices, scorer=OSA.distance, score_cutoff=slips, limit=20)
        fewest = min((distance for _, distance, _ in nearby), default=0)
        near = [candidate for candidate, distance, _ in nearby if distance == fewest]
        # People rarely get the first letter wrong. Among the rest, likelier words come first.
        return sorted(
            near,
            key=lambda candidate: (candidate[0] != word[0], *self.likely(candidate), candidate),
        )

    def likely(self, word):
        """A sort key: words that people search for first, then frequent before rare."""
        return word not in self.keys, -self.counts[word]

    def _split(self, word):
        halves = [
            (word[:at], word[at:])
            for at in range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1)
            if word[:at] in self.counts and word[at:] in self.counts
        ]
        if not halves:
            return []
        return list(max(halves, key=lambda pair: min(map(self.counts.get, pair))))
