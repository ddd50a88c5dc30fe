"""Opening hours as a page prints them, and the times from which its script writes a label."""

import json
from datetime import time
from itertools import pairwise
from typing import NamedTuple

from contacts.opening_hours import (
    DAY,
    WEEKDAYS,
    BankHolidays,
    Interval,
    clip,
    merge,
    moment_of,
    resolve,
)
from helphub.content import clock


class Opening(NamedTuple):
    """The hours of a line as a page prints them."""

    # Groups of days with the same sessions: first weekday, last weekday, sessions.
    groups: list
    spans: list
    is_round_the_clock: bool
    policy: str
    # Sessions that are not weekly, and coming days with different hours.
    others: list
    exceptions: list
    # The script works out its label from these. Empty if it may not write one.
    intervals: str = ""
    unknown: str = ""
    built: int = 0
    ends: int = 0

    @property
    def is_known(self):
        """Whether there are any hours to print."""
        return bool(self.groups or self.spans or self.others)


WHOLE_DAY = ((time.min, time.min),)
LABEL_DAYS = 2 * clock.BLOCK.days  # Two blocks, so at least one is still to come.
ANNOUNCED_DAYS = 60  # How far ahead a page announces different hours.
A_DAY = 24 * 60  # In minutes, like everything below.
A_WEEK = 7 * A_DAY


class Span(NamedTuple):
    """Open without a break for more than a day, such as from Friday 5pm to Monday 9am."""

    first: int
    opens_at: time
    last: int
    closes_at: time


class OtherSession(NamedTuple):
    """A session that is not weekly: the first Saturday of a month, or every other week."""

    weekday: int
    nth: int  # Which one in the month; -1 is the last. 0 if it goes by weeks.
    weeks: int
    opens_at: time
    closes_at: time


def _minute(at):
    return at.hour * 60 + at.minute


def _clock(minute):
    return time(minute % A_DAY // 60, minute % 60)


def _week(rules):
    """When a line is open in an ordinary week, in minutes from the start of Monday.

    Sessions that touch are joined, so one that ends at midnight runs into one that starts there. A
    session that starts on Sunday may end in the next week. A line that never closes gets one
    interval, the whole week.
    """
    sessions = []
    for rule in rules:
        if rule.is_monthly or rule.interval > 1:
            continue
        for code in rule.byday:
            start = WEEKDAYS.index(code) * A_DAY + _minute(rule.opens_at)
            length = (_minute(rule.closes_at) - _minute(rule.opens_at)) % A_DAY or A_DAY
            # Add the weeks on either side, so sessions also join across the ends of this one.
            sessions += [
                Interval(start + week, start + week + length) for week in (-A_WEEK, 0, A_WEEK)
            ]
    merged = merge(sessions)
    if any(end - start > A_WEEK for start, end in merged):
        return [Interval(0, A_WEEK)]
    return [interval for interval in merged if 0 <= interval.start < A_WEEK]


def week_of(rules):
    """The weekly hours as people say them: groups of days, and longer spans.

    A group is (first weekday, last weekday, sessions), where Monday is 0. Monthly and fortnightly
    rules are left to others_of.
    """
    by_day = [[] for _ in WEEKDAYS]
    spans = []
    for start, end in _week(rules):
        opens_at, closes_at = _clock(start), _clock(end)
        if opens_at == closes_at == time.min:
            for day in range(start // A_DAY, end // A_DAY):
                by_day[day % 7].append((time.min, time.min))
        elif end - start < A_DAY:
            by_day[start // A_DAY].append((opens_at, closes_at))
        else:
            # A span that ends at midnight ends with that day, not on the next one.
            last = (end - 1) // A_DAY % 7
            spans.append(Span(start // A_DAY, opens_at, last, closes_at))
    groups = []
    for number, sessions in enumerate(map(tuple, by_day)):
        if groups and groups[-1][1] == number - 1 and groups[-1][2] == sessions:
            groups[-1] = (groups[-1][0], number, sessions)
        else:
            groups.append((number, number, sessions))
    return [group for group in groups if group[2]], spans


def others_of(rules):
    """The sessions that are not weekly."""
    return [
        OtherSession(
            WEEKDAYS.index(code[-2:]),
            int(code[:-2] or 0),
            rule.interval,
            rule.opens_at,
            rule.closes_at,
        )
        for rule in rules
        if rule.is_monthly or rule.interval > 1
        for code in rule.byday
    ]


def opening(rules, exceptions, policy, *, label_until):
    """The hours as a page prints them today. The script may write a label until label_until."""
    in_force = [rule for rule in rules if _is_in_force(rule)]
    groups, spans = week_of(in_force)
    announced = [
        exception
        for exception in exceptions
        if not clock.has_come(exception.last_day + DAY)
        and clock.has_come(exception.first_day - ANNOUNCED_DAYS * DAY)
    ]
    has_no_break = groups == [(0, 6, WHOLE_DAY)] and not announced
    is_round_the_clock = has_no_break and policy in (
        BankHolidays.USUAL,
        BankHolidays.ROUND_THE_CLOCK,
    )
    in_words = Opening(groups, spans, is_round_the_clock, policy, others_of(in_force), announced)
    # “Day and night” is printed as text and needs no label.
    if not rules or is_round_the_clock or clock.has_come(label_until):
        return in_words
    first_day = clock.first_of_block()
    resolved = resolve(rules, exceptions, policy, first_day, LABEL_DAYS)
    last = min(first_day + LABEL_DAYS * DAY, label_until)
    window = Interval(moment_of(first_day, time.min), moment_of(last, time.min))
    return in_words._replace(
        intervals=_for_script(clip(resolved.open, window)),
        unknown=_for_script(clip(resolved.unknown, window)),
        # A phone clock before this is wrong. A page kept from an earlier day has that day's value.
        built=_minutes(moment_of(clock.today(), time.min)),
        ends=_minutes(window.end),
    )


def _is_in_force(rule):
    has_begun = rule.valid_from is None or clock.has_come(rule.valid_from)
    return has_begun and not (rule.valid_to and clock.has_come(rule.valid_to + DAY))


def _minutes(moment):
    return int(moment.timestamp() // 60)


def _for_script(intervals):
    """The first moment, then the minutes from each moment to the next.

    These are the same few figures every week, so they compress to almost nothing.
    """
    moments = [0, *(_minutes(moment) for interval in intervals for moment in interval)]
    return json.dumps([after - before for before, after in pairwise(moments)]).replace(" ", "")
