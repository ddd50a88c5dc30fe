"""Opening hours: turns rules into the times when a line is open, closed or not known.

Rules are HSDS schedule rows: wall-clock times in Europe/London, weekly or monthly, every week or
every other week. The first of these that covers a day decides it: a dated exception, the line's
bank holiday policy, its rules. A closing time at or before the opening time is on the next day, so
00:00 to 00:00 is a whole day, and a day ends at 24:00.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays
from django.db import models

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


def moment_of(day, at):
    """The moment when a London clock shows this time. In autumn, the first of the two.

    A time skipped in spring becomes the moment of the change, which is a full hour in UTC.
    """
    wall = datetime.combine(day, at, LONDON)
    moment = wall.astimezone(UTC)
    is_skipped = moment.astimezone(LONDON).time() != at
    return moment.replace(minute=0) if is_skipped else moment


def _session(day, opens_at, closes_at):
    closing_day = day if closes_at > opens_at else day + DAY
    return Interval(moment_of(day, opens_at), moment_of(closing_day, closes_at))


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
    window = Interval(moment_of(first_day, time.min), moment_of(first_day + days * DAY, time.min))
    sessions, unknown = [], []
    # The day before may still be open after midnight.
    for number in range(-1, days):
        day = first_day + number * DAY
        sessions_of_day, is_known = _day(day, rules, exceptions, policy)
        sessions += sessions_of_day
        if not is_known:
            unknown.append(_whole_day(day))
    return Hours(clip(merge(sessions), window), clip(merge(unknown), window))


def clip(intervals, window):
    """The parts of these intervals that are within the window."""
    clipped = [
        Interval(max(interval.start, window.start), min(interval.end, window.end))
        for interval in intervals
    ]
    return [interval for interval in clipped if interval.start < interval.end]


def first_gap(intervals, first_day, days):
    """The first moment in a window that no interval covers, or None."""
    window = Interval(moment_of(first_day, time.min), moment_of(first_day + days * DAY, time.min))
    reached = window.start
    for start, end in merge(intervals):
        if start > reached:
            break
        reached = max(reached, end)
    return None if reached >= window.end else reached
