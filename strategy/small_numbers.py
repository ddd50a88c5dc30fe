"""Numbers of people below 10, and what would give one away. Neither is stored or shown.

With a few people counted, somebody may tell who they are. So 0 to 9 are all “fewer than 10”: if
noughts were shown, the others would be known to be 1 to 9, and a nought itself says of everybody in
a group what did or did not happen to them.

Where parts add up to a total, the total would give a small part away. So the smallest part that is
left is not shown either. The total stays only if the parts not shown together come to so much
that each small one can still be anything from 0 to 9, and to less than the smallest part shown.
The second condition is for somebody who knows this rule, and so knows that the second part is no
larger than the ones shown. `tests/strategy/test_small_numbers.py` tries every small table.

Only one period is looked at, because the periods of a local figure never overlap.
"""

import re
import unicodedata
from decimal import Decimal
from math import inf
from typing import NamedTuple

from django.utils.translation import gettext_noop

LEAST = 10
FEW, NOT_SHOWN = gettext_noop("fewer than 10"), gettext_noop("not shown")
TOTAL = ""  # The part that is the whole.

MOST_DIGITS = 7
NUMBER = re.compile(rf"\d{{1,{MOST_DIGITS}}}(?:\.\d{{1,2}})?")
THOUSANDS = re.compile(r"(?<=\d)[, \u00a0\u202f](?=\d{3}(?!\d))")
SAYS_FEW = re.compile(r"(?:<|fewer than|less than|under|below) ?(?:10|ten)|0 ?(?:-|–|to) ?9")
SAYS_TOTAL = frozenset({"all", "everybody", "everyone", "overall", "the total", "total"})
SAYS_NOT_SHOWN = re.compile(r"not shown|left out|\[?c\]?|\*")


class Figure(NamedTuple):
    """What an officer typed into one row: of which period, which part, and how many or what share.

    A share has the number of people that it is of.
    """

    period: str
    part: str
    value: str
    out_of: str = ""


def read(text):
    """A figure as we write it: digits alone, FEW or NOT_SHOWN. Anything else stays as it is."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    folded = plain.casefold().rstrip(".")
    if SAYS_FEW.fullmatch(folded):
        return FEW
    if SAYS_NOT_SHOWN.fullmatch(folded):
        return NOT_SHOWN
    digits = THOUSANDS.sub("", plain.removesuffix("%").rstrip())
    if not NUMBER.fullmatch(digits):
        return plain
    return f"{Decimal(digits).normalize():f}"


def part_of(text):
    """A part as it was written, or TOTAL if its words mean the whole."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    return TOTAL if plain.casefold().rstrip(".:") in SAYS_TOTAL else plain


def number_of(text):
    """The number that a figure says, or None."""
    return Decimal(text) if NUMBER.fullmatch(text) else None


def without_small(figure, *, is_share=False):
    """A figure as it may be kept."""
    value, out_of = read(figure.value), read(figure.out_of)
    number = number_of(value)
    if is_share:
        return _share_without_small(figure._replace(value=value, out_of=out_of))
    if number is not None and number < LEAST:
        value = FEW
    return figure._replace(value=value, out_of=out_of)


def _share_without_small(figure):
    """A share of 97 in 100 says that three are not in it, and those are people too."""
    number, base = number_of(figure.value), number_of(figure.out_of)
    if base is not None and base < LEAST:
        return figure._replace(value=NOT_SHOWN, out_of="")
    is_small = figure.value == FEW
    if number is not None and base is not None and number <= 100:
        people = number * base / 100
        is_small = min(people, base - people) < LEAST - Decimal("0.5")
    return figure._replace(value=NOT_SHOWN) if is_small else figure


def protected(figures, *, are_shares=False, add_up=True, saved=()):
    """The figures as they may be kept: the small ones, and those that give one away, in words.

    `saved` has the figures that are stored now, where they are; None or "" for a new row. Somebody
    may have read them, so a total does not stay beside one that is no longer shown.
    """
    kept = [without_small(figure, is_share=are_shares) for figure in figures]
    if are_shares:
        return kept
    saved = [*saved, *[""] * (len(kept) - len(saved))]
    by_period = {}
    for place, figure in enumerate(kept):
        by_period.setdefault(figure.period, []).append(place)
    for places in by_period.values():
        totals = [place for place in places if kept[place].part == TOTAL]
        parts = [place for place in places if kept[place].part != TOTAL]
        if len(totals) != 1 or not parts:
            continue
        do_add_up = add_up or _sum_of(figures, parts) == number_of(read(figures[totals[0]].value))
        protect = _protect_sum if do_add_up else _protect_rest
        for place, value in protect(kept, totals[0], parts, saved).items():
            kept[place] = kept[place]._replace(value=value)
    return kept


def _sum_of(figures, places):
    numbers = [number_of(read(figures[place].value)) for place in places]
    return None if None in numbers else sum(numbers)


def _protect_rest(kept, total, parts, saved):
    """Parts that overlap: one that is nearly the total says how few are not in it."""
    whole = number_of(kept[total].value)
    if whole is None:
        return {}
    if whole < 2 * LEAST - 1:
        return dict.fromkeys(parts, NOT_SHOWN)  # Few are in each, or few are not.
    numbers = {place: number_of(kept[place].value) for place in parts}
    return {
        place: NOT_SHOWN
        for place, number in numbers.items()
        if number is not None and whole - number < LEAST
    }


def _protect_sum(kept, total, parts, saved):
    """Parts that add up: what else must go if one of them is small."""
    if not fits(kept, total, parts):
        return {}  # The form says so.
    shown = {place: number_of(kept[place].value) for place in parts}
    shown = {place: number for place, number in shown.items() if number is not None}
    few = sum(kept[place].value == FEW for place in parts)
    left_out = len(parts) - len(shown) - few
    if not few and not left_out:
        return {}
    changes = {}
    if not left_out and shown:
        second = min(shown, key=lambda place: (shown[place], place))
        changes[second], left_out = NOT_SHOWN, 1
        del shown[second]
    hidden = {*parts} - shown.keys()
    was_read = any(number_of(saved[place] or "") is not None for place in hidden)
    whole = number_of(kept[total].value)
    if whole is not None and left_out and not was_read:
        together = whole - sum(shown.values())
        least = (LEAST - 1) * few + LEAST * left_out
        if least < together < min(shown.values(), default=inf):
            return changes
    return changes | {total: NOT_SHOWN}


def fits(kept, total, parts):
    """Whether parts can add up to their total, as far as both are known."""
    whole = number_of(kept[total].value)
    numbers = [number_of(kept[place].value) for place in parts]
    known = sum(number for number in numbers if number is not None)
    if whole is None:
        return kept[total].value != FEW or not known
    few = sum(kept[place].value == FEW for place in parts)
    left_out = sum(kept[place].value == NOT_SHOWN for place in parts)
    rest = whole - known
    return LEAST * left_out <= rest and (left_out > 0 or rest <= (LEAST - 1) * few)
