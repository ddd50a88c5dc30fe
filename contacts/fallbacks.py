"""Which line to show while another is closed.

A fallback must be for the same people. It must answer at every minute when the other line is closed
or its hours are not known. One function decides, from fields and never from text. The admin forms,
the fixture loader, the release checks and the pages all call it.
"""

from functools import lru_cache
from typing import NamedTuple

from contacts import opening_hours
from helphub.content import clock

# The length of a leap year. Every bank holiday and both clock changes fall within it.
DAYS = 366
OLDEST = 200
CALLERS = ("self", "families", "professionals")


class People(NamedTuple):
    """The people a line is for. Ages are those of the person the call is about."""

    # True for people worried about their own behaviour, False for everyone else. Both, if the
    # number serves both.
    wings: frozenset
    # Who can ring: the person themselves, family and friends, or professionals.
    callers: frozenset
    minimum_age: int | None = None
    maximum_age: int | None = None
    # Empty for everyone.
    sex: str = ""
    is_one_group: bool = False


class Line(NamedTuple):
    """The facts about a line that decide whether it can be a fallback for another."""

    key: int | None
    name: str
    kind: str
    is_emergency: bool
    people: People
    rules: tuple
    exceptions: tuple
    policy: str
    are_hours_disputed: bool


@lru_cache(maxsize=256)
def _open(rules, exceptions, policy, first_day):
    return opening_hours.resolve(rules, exceptions, policy, first_day, DAYS).open


def _open_hours(line, first_day):
    """When a line is known to answer. Disputed or unknown hours do not count."""
    if line.are_hours_disputed:
        return []
    return _open(line.rules, line.exceptions, line.policy, first_day)


def first_silence(line, other, first_day):
    """The first moment when neither line is known to answer, or None."""
    both = [*_open_hours(line, first_day), *_open_hours(other, first_day)]
    return opening_hours.first_gap(both, first_day, DAYS)


def _why_not_people(line, other):
    """Why the other line does not suit the people of this one; empty if it does."""
    mine, theirs = line.people, other.people
    if mine.wings != theirs.wings or len(mine.wings) > 1:
        return (
            "Lines for people worried about their own behaviour and lines for everyone else cannot "
            "stand in for each other."
        )
    if not theirs.callers:
        return "“%(other)s” does not say who can ring it. Fill that in on its form first."
    # If a line does not say who can ring it, assume that anyone can.
    if not theirs.callers >= (mine.callers or frozenset(CALLERS)):
        return "“%(other)s” is not for everyone who can ring this line."
    youngest, theirs_youngest = mine.minimum_age or 0, theirs.minimum_age or 0
    oldest, theirs_oldest = mine.maximum_age or OLDEST, theirs.maximum_age or OLDEST
    if theirs_youngest > youngest or theirs_oldest < oldest:
        return "“%(other)s” does not cover all the ages that this line covers."
    if theirs.sex and theirs.sex != mine.sex:
        return "“%(other)s” is only for women or only for men, and other people can ring this line."
    if theirs.is_one_group:
        return "“%(other)s” is only for one group of people."
    return ""


def why_not(line, other, first_day=None):
    """Why the other line cannot be shown while this one is closed; empty if it can."""
    first_day = first_day or clock.today()
    values = {"other": other.name}
    if line.key is not None and line.key == other.key:
        why = "A line cannot stand in for itself."
    elif other.is_emergency:
        why = "“%(other)s” is already on every page, and only for people in danger."
    elif other.kind != line.kind:
        why = "“%(other)s” is contacted in a different way. Some people can only call or only text."
    elif not (why := _why_not_people(line, other)) and (
        moment := first_silence(line, other, first_day)
    ):
        why = "On %(moment)s neither this line nor “%(other)s” is known to answer."
        moment = moment.astimezone(opening_hours.LONDON)
        values["moment"] = f"{moment:%A %-d %B %Y at %H:%M}"
    return str(why) % values if why else ""


def why_not_of(phone, first_day=None):
    """What is wrong with a number's own fallback; empty if nothing is."""
    return why_not(phone.line, phone.fallback.line, first_day) if phone.fallback else ""


class Shared(NamedTuple):
    """Lines in a list that share a fallback."""

    groups: list  # Pairs of a fallback and the lines that name it.
    phones: list  # All the lines in those groups.


def shared(phones):
    """Fallbacks that several lines in a list share. The list mentions them once, at its end."""
    by_other = {}
    for phone in dict.fromkeys(phones):
        # Beside a number in doubt its own fallback is needed at once.
        if phone.instead and not phone.closed_service and not phone.is_doubted:
            by_other.setdefault(phone.instead, []).append(phone)
    groups = [(other, lines) for other, lines in by_other.items() if len(lines) > 1]
    return Shared(groups, [phone for _other, lines in groups for phone in lines])
