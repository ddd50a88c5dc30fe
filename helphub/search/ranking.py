"""The order of the results, and which entries are left out."""

from collections import Counter
from typing import NamedTuple

from helphub.search import meanings, typed
from helphub.search.matching import MEANT_BONUS, MOST_HITS

# A query with these words is about people, so it wants help, not the strategy's wording.
PEOPLE = "i im ive id me my mine he hes him his she shes her they them we us our you"
PERSONAL = frozenset(PEOPLE.split())
MOST_BESIDE = 4
HINT_BONUS, HINT_SHARE = 2.5, 0.6  # Each next page of a meaning gets this share of the bonus.
# These are about this site and don't help a reader who is looking for help.
ABOUT_THE_SITE = {("guide", "accessibility"), ("guide", "privacy")}


class Hit(NamedTuple):
    """An entry in the results. Kind "list" is a page that lists entries, by its name."""

    kind: str
    key: int | str
    score: float


def ordered(query, index, scores, matched, exact):
    """The hits, best first: what was meant, what was named, and a few others."""
    by_slug, wing = index.entries()
    bonuses = _meant_bonuses(query, by_slug)
    for entry, bonus in bonuses.items():
        scores[entry] = max(scores[entry], bonus)
    hinted = {} if exact else _hinted_bonuses(query, by_slug, 2 if matched else 1)
    for entry, bonus in hinted.items():
        scores[entry] += bonus
    has_wing = any(meaning.is_wing for meaning in query.meant)
    _score_wing(scores, wing, bonuses.keys(), has_wing, exact)
    if query.meant and query.meant[0].is_alone:
        alone = {_entry_of(page, by_slug) for page in query.meant[0].first}
        scores = Counter({entry: score for entry, score in scores.items() if entry in alone})
    hits = [Hit(*entry, score) for entry, score in scores.most_common() if score > 0]
    about_the_site = {by_slug.get(page) for page in ABOUT_THE_SITE}
    groups = _grouped(hits, matched | bonuses.keys() | hinted.keys(), has_wing, about_the_site)
    return _chosen(query, *groups)[:MOST_HITS]


def _meant_bonuses(query, by_slug):
    """The scores of the entries that were meant, whatever else they match."""
    bonuses = {}
    for place, meaning in enumerate(query.meant):
        for number, page in enumerate(meaning.first):
            if entry := _entry_of(page, by_slug):
                bonus = MEANT_BONUS / (1 + place) - number
                bonuses[entry] = max(bonuses.get(entry, bonus), bonus)
    if typed.is_postcode(query.text):
        bonuses["list", "near"] = MEANT_BONUS
    return bonuses


def _hinted_bonuses(query, by_slug, least_words):
    """What single words add to the scores of entries, if there are enough that mean one thing."""
    bonuses = Counter()
    for meaning, strength, count in query.hinted:
        if count < least_words:
            continue
        for number, page in enumerate(meaning.first):
            if entry := _entry_of(page, by_slug):
                bonus = HINT_BONUS * strength * HINT_SHARE**number
                bonuses[entry] = max(bonuses[entry], bonus)
    return bonuses


def _entry_of(page, by_slug):
    """The entry of a page that a meaning names, or None if it is not in the index."""
    return page if page[0] == "list" else by_slug.get(page)


def _score_wing(scores, wing, meant, has_wing, exact):
    # Sorted, so that equal scores come in the same order in every process.
    for entry in sorted(wing):
        # Beside a victim's words the wing would hurt. It leads if named or clearly meant.
        if has_wing and entry in meant:
            scores[entry] += 2 * MEANT_BONUS
        elif entry not in exact | meant and scores[entry] < MEANT_BONUS:
            scores.pop(entry, None)


def _grouped(hits, matched, has_wing, about_the_site):
    """The hits in three lists: those that come first, those beside them, and those to show last."""
    first, beside, last = [], [], []
    for hit in hits:
        entry = (hit.kind, hit.key)
        if entry in matched:
            first.append(hit)
        elif entry in about_the_site or hit.kind == "chapter":
            last.append(hit)
        else:
            (first if has_wing else beside).append(hit)
    return first, beside, last


def _chosen(query, first, beside, last):
    """The hits to show, from these groups."""
    if not meanings.reference().isdisjoint(query.corrected):
        return sorted(first + beside + last, key=lambda hit: -hit.score)
    if first:
        return first + beside[:MOST_BESIDE]
    if beside or not PERSONAL.isdisjoint(query.corrected):
        return beside
    return last
