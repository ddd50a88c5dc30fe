"""How well entries match a query: by a name or everyday phrase, a number, or their words."""

from collections import Counter
from itertools import pairwise

from helphub.search import meanings, typed
from helphub.search.phrases import STOP_WORDS, identifying_words, stands_in

MOST_HITS = 40
MOST_BETWEEN = 2  # Other words allowed within a phrase that has at least two words of weight.
# The best page in a language scores 1 for its words. The others score a share of that.
PHRASE_BONUS = 3.0  # For each word of a name or everyday phrase found in the query.
FALLBACK_SHARE = 0.9  # At equal shares the reader's language comes before English.
LEAST_SHARE = 0.3  # Anything further away only gets in the way.
LEAST_SHARE_BESIDE = 0.7  # The limit is higher if something matched by name or everyday phrase.
NAME_BONUS = 1.0  # For an entry whose own name was typed.
WHOLE_BONUS = 2.0  # For a phrase that is the whole query.
MEANT_BONUS = 1000.0
# For a service whose name, or who answers there, is all that was typed.
NAMED_BONUS = 2 * MEANT_BONUS
ASKING = frozenset(identifying_words(meanings.asking()))
# At equal scores: what to do, then whom to ask, then the legal terms.
BY_KIND = {"guide": 1.0, "service": 0.1}


def scores(query, index):
    """The entries' scores, which of them matched by more than their words, and which exactly."""
    entry_scores, exact = _phrase_scores(query, index)
    # Clear words outweigh a number: "deaf 999" is not a request to speak on the phone.
    number_bonus = MEANT_BONUS / 2 if query.meant else MEANT_BONUS
    for number in typed.numbers(query.text):
        for entry in index.with_number(number):
            entry_scores[entry] += number_bonus
    matched = {entry for entry, score in entry_scores.items() if score}
    is_beside = bool(matched or query.meant)
    least = LEAST_SHARE_BESIDE if is_beside else LEAST_SHARE
    for entry, share in _word_shares(query, index, is_beside).items():
        if share >= least or entry_scores[entry]:
            entry_scores[entry] += share
    for entry in entry_scores:
        entry_scores[entry] += BY_KIND.get(entry[0], 0)
    return entry_scores, matched, exact


def _phrase_scores(query, index):
    """Scores for names and everyday phrases in the query, and which match the whole query."""
    entry_scores, exact = Counter(), set()
    for query_words in {tuple(query.words), tuple(query.corrected)}:
        asked = identifying_words(query_words)
        bare = _bare(asked)
        for phrase, weight, is_name, kind, key in index.phrases(asked, query.languages):
            parts = phrase.split()
            if is_name and kind == "service" and _bare(parts) == bare:
                entry_scores[kind, key] = NAMED_BONUS
                exact.add((kind, key))
            if not _is_in(parts, weight, asked):
                continue
            is_whole = parts == asked
            score = PHRASE_BONUS * max(weight, 1) + NAME_BONUS * is_name
            score += WHOLE_BONUS * is_whole
            entry_scores[kind, key] = max(entry_scores[kind, key], score)
            if is_whole:
                exact.add((kind, key))
    return entry_scores, exact


def _bare(words):
    """A name without the words that people add to any name."""
    return [word for word in words if word not in ASKING]


def _is_in(parts, weight, asked):
    """Whether the query asks for this phrase."""
    # A phrase of common words counts only if it is long or is the whole query.
    if not (weight or parts == asked or len(parts) > 2):
        return False
    return stands_in(parts, asked, MOST_BETWEEN if weight > 1 else 0)


def _word_shares(query, index, is_beside):
    """Entries with any of the words, each with its share of the best entry's rank."""
    words = _words_to_look_up(query, index, is_beside)
    shares = {}
    for language in query.languages if words else ():
        ranks = index.ranks(words, language, MOST_HITS)
        # Ranks don't compare across languages, because in a small index every word is common.
        full = 1 if language == query.languages[0] else FALLBACK_SHARE
        for kind, key, rank in ranks:
            share = full * rank / ranks[0][2]
            shares[kind, key] = max(shares.get((kind, key), 0), share)
    return shares


def _words_to_look_up(query, index, is_beside):
    words = query.corrected
    if typed.is_only_a_number(query.text):
        return []
    wanted = [word for word in words if word not in STOP_WORDS] or words
    strong = [word for word in wanted if word not in meanings.weak()]
    if not wanted or (is_beside and not strong):
        return []
    joined = [
        first + second
        for first, second in pairwise(words)
        if first + second in index.speller(query.languages).counts
    ]
    return list(dict.fromkeys([*(strong or wanted), *joined, *query.guesses]))
