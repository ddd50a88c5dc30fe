"""Opening hours: turns rules into the times when a line is open, closed or not known.

Rules are HSDS schedule rows: wall-clock times in Europe/London, weekly or monthly, every week or
every other week. The first of these that covers a day decides it: a dated exception, the line's
bank holiday policy, its rules. A closing time at or before the opening time is on the next day, so
00:00 to 00:00 is a whole day, and a day ends at 24:00.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays
from django.db import models

from helphub.content import clock

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
SATURDAY = 5
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


class BankHolidays(models.TextChoices):
    """What a line does on an English bank holiday."""

    UNKNOWN = "unknown", "not known"
    CLOSED = "closed", "closed"
    USUAL = "usual", "the usual hours for that day of the week"
    ROUND_THE_CLOCK = "round-the-clock", "open round the clock"
    SPECIAL = "special", "special hours, entered as different hours on certain days"


class State(models.TextChoices):
    OPEN = "open", "open"
    CLOSED = "closed", "closed"
    UNKNOWN = "unknown", "not known"


class Rule(NamedTuple):
    """One session of a schedule."""

    opens_at: time
    closes_at: time
    byday: tuple = ()
    # In weeks, counted from dtstart. An interval above 1 needs a dtstart.
    interval: int = 1
    dtstart: date | None = None
    is_monthly: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid_on(self, day):
        return (self.valid_from or day) <= day <= (self.valid_to or day)

    def is_on(self, day):
        """Whether this session starts on that day."""
        if not self.is_valid_on(day):
            return False
        if self.is_monthly:
            return any(_is_nth(day, code) for code in self.byday)
        if WEEKDAYS[day.weekday()] not in self.byday:
            return False
        if self.interval == 1:
            return True
        first_monday = self.dtstart - timedelta(days=self.dtstart.weekday())
        weeks = (day - first_monday).days // 7
        return day >= self.dtstart and weeks % self.interval == 0


class DatedException(NamedTuple):
    """Days with different hours: closed, or these times."""

    first_day: date
    last_day: date
    opens_at: time | None = None
    closes_at: time | None = None


class Interval(NamedTuple):
    """From one moment up to, but not including, another. Both are in UTC."""

    start: datetime
    end: datetime


class Hours(NamedTuple):
    """When a line is open or not known within a window. Otherwise it is closed."""

    open: list
    unknown: list

    def state(self, moment):
        for state, intervals in ((State.OPEN, self.open), (State.UNKNOWN, self.unknown)):
            if any(start <= moment < end for start, end in intervals):
                return state
        return State.CLOSED


@cache
def bank_holidays(year):
    # Without the subdivision, Easter Monday and the late August holiday are missing. For a weekend
    # holiday the library lists both that day and the substitute weekday. Only the weekday counts.
    days = holidays.country_holidays("GB", subdiv="ENG", years=year)
    return frozenset(day for day in days if day.weekday() < SATURDAY)


def is_bank_holiday(day):
    return day in bank_holidays(day.year)


def _is_nth(day, code):
    """Whether a day is the month's first Saturday (1SA), last Friday (-1FR) and so on."""
    number, weekday = int(code[:-2]), code[-2:]
    if WEEKDAYS[day.weekday()] != weekday:
        return False
    if number > 0:
        return (day.day - 1) // 7 + 1 == number
    days_left = ((day.replace(day=28) + 4 * DAY).replace(day=1) - day).days - 1
    return days_left // 7 + 1 == -number


def _moment(day, at):
    """The moment when a London clock shows this time. In autumn, the first of the two.

    A time skipped in spring becomes the moment of the change, which is a full hour in UTC.
    """
    wall = datetime.combine(day, at, LONDON)
    moment = wall.astimezone(UTC)
    is_skipped = moment.astimezone(LONDON).time() != at
    return moment.replace(minute=0) if is_skipped else moment


def _session(day, opens_at, closes_at):
    closing_day = day if closes_at > opens_at else day + DAY
    return Interval(_moment(day, opens_at), _moment(closing_day, closes_at))


def _whole_day(day):
    return _session(day, time.min, time.min)


def merge(intervals: Iterable[Interval]):
    """Join intervals that touch or overlap."""
    merged = []
    for interval in sorted(intervals):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return merged


def _day(day, rules, exceptions, policy):
    """The sessions that start on one day, and whether the hours of that day are known."""
    for exception in exceptions:
        if exception.first_day <= day <= exception.last_day:
            if exception.opens_at is None:
                return [], True
            return [_session(day, exception.opens_at, exception.closes_at)], True
    if is_bank_holiday(day) and policy != BankHolidays.USUAL:
        if policy == BankHolidays.ROUND_THE_CLOCK:
            return [_whole_day(day)], True
        return [], policy == BankHolidays.CLOSED
    is_known = any(rule.is_valid_on(day) for rule in rules)
    return [
        _session(day, rule.opens_at, rule.closes_at) for rule in rules if rule.is_on(day)
    ], is_known


def resolve(rules, exceptions, policy, first_day, days):
    """The hours of a line for a number of days, starting at first_day.

    Special bank holiday hours are dated exceptions. Without one, that day is not known.
    """
    window = Interval(_moment(first_day, time.min), _moment(first_day + days * DAY, time.min))
    sessions, unknown = [], []
    # The day before may still be open after midnight.
    for number in range(-1, days):
        day = first_day + number * DAY
        sessions_of_day, is_known = _day(day, rules, exceptions, policy)
        sessions += sessions_of_day
        if not is_known:
            unknown.append(_whole_day(day))
    return Hours(_clip(merge(sessions), window), _clip(merge(unknown), window))


def _clip(intervals, window):
    clipped = [
        Interval(max(interval.start, window.start), min(interval.end, window.end))
        for interval in intervals
    ]
    return [interval for interval in clipped if interval.start < interval.end]


def first_gap(intervals, first_day, days):
    """The first moment in a window that no interval covers, or None."""
    window = Interval(_moment(first_day, time.min), _moment(first_day + days * DAY, time.min))
    reached = window.start
    for start, end in merge(intervals):
        if start > reached:
            break
        reached = max(reached, end)
    return None if reached >= window.end else reached


# In words, and for the script


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
    window = Interval(_moment(first_day, time.min), _moment(last, time.min))
    return in_words._replace(
        intervals=_for_script(_clip(resolved.open, window)),
        unknown=_for_script(_clip(resolved.unknown, window)),
        # A phone clock before this is wrong. A page kept from an earlier day has that day's value.
        built=_minutes(_moment(clock.today(), time.min)),
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
