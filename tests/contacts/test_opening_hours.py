"""Opening hours against a scan of every minute, with nothing in common but the rules."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from contacts import opening_hours
from contacts.opening_hours import (
    BankHolidays,
    DatedException,
    Rule,
    State,
    resolve,
)
from tests.support.opening_hours import CASES, EVERY_DAY, LONDON, MIDNIGHT, local, scan


def at(year, month, day, hour=12, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize("name", CASES)
def test_every_minute_of_a_year_is_as_the_wall_clock_says(name):
    rules, policy = CASES[name]
    hours = resolve(rules, [], policy, date(2026, 1, 1), 365)
    for intervals in (hours.open, hours.unknown):
        assert intervals == sorted(intervals)
        assert all(a.end < b.start for a, b in pairwise(intervals))
    opens = iter([*hours.open, None])
    current = next(opens)
    for moment, expected in scan(rules, policy, date(2026, 1, 1), 365):
        while current and moment >= current.end:
            current = next(opens)
        is_open = current is not None and moment >= current.start
        is_unknown = not is_open and any(a <= moment < b for a, b in hours.unknown)
        state = State.OPEN if is_open else State.UNKNOWN if is_unknown else State.CLOSED
        assert state == expected, moment.astimezone(LONDON)


def test_somebody_answers_for_children_every_minute_of_the_year():
    office = resolve(*CASES["office"][:1], [], BankHolidays.CLOSED, date(2026, 1, 1), 365)
    rules, policy = CASES["out of office"]
    emergency = resolve(rules, [], policy, date(2026, 1, 1), 365)
    (interval,) = opening_hours.merge([*office.open, *emergency.open])
    assert interval.start == local(date(2026, 1, 1), MIDNIGHT)
    assert interval.end == local(date(2027, 1, 1), MIDNIGHT)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 4, 6),  # Easter Monday
        date(2026, 8, 31),  # Late August
        date(2027, 1, 1),
        date(2026, 12, 28),  # In place of Boxing Day, a Saturday
        date(2028, 1, 3),  # In place of New Year's Day, a Saturday
    ],
)
def test_an_office_is_closed_on_a_bank_holiday(day):
    rules, policy = CASES["office"]
    hours = resolve(rules, [], policy, day, 1)
    assert hours.open == []
    assert hours.unknown == []
    assert resolve(rules, [], BankHolidays.USUAL, day, 1).open
    assert resolve(rules, [], BankHolidays.UNKNOWN, day, 1).unknown


def test_the_29th_of_february_is_a_day_like_any_other():
    hours = resolve(
        [Rule(time(9), time(17), ("TU",))], [], BankHolidays.CLOSED, date(2028, 2, 29), 1
    )
    assert hours.state(at(2028, 2, 29)) == State.OPEN


def test_a_night_is_as_long_as_the_clocks_make_it():
    rules = [Rule(time(22), time(6), ("SA",))]
    (spring,) = resolve(rules, [], BankHolidays.USUAL, date(2026, 3, 28), 2).open
    (autumn,) = resolve(rules, [], BankHolidays.USUAL, date(2026, 10, 24), 2).open
    assert spring.end - spring.start == timedelta(hours=7)
    assert autumn.end - autumn.start == timedelta(hours=9)


def test_an_exception_takes_the_place_of_the_day():
    rules, policy = CASES["office"]
    day = date(2026, 12, 24)
    early = DatedException(day, day, time(9), time(12))
    hours = resolve(rules, [early], policy, day, 1)
    assert hours.state(at(2026, 12, 24, 11)) == State.OPEN
    assert hours.state(at(2026, 12, 24, 13)) == State.CLOSED
    shut = DatedException(day, date(2026, 12, 31))
    assert resolve(rules, [shut], policy, day, 8).open == []


def test_special_bank_holiday_hours_are_exceptions_and_otherwise_unknown():
    rules, _ = CASES["office"]
    day = date(2026, 12, 25)
    special = DatedException(day, day, time(10), time(14))
    hours = resolve(rules, [special], BankHolidays.SPECIAL, day, 1)
    assert hours.state(at(2026, 12, 25, 11)) == State.OPEN
    assert hours.unknown == []
    assert resolve(rules, [], BankHolidays.SPECIAL, day, 1).unknown


def test_hours_that_have_run_out_are_unknown():
    rules = [Rule(time(9), time(17), EVERY_DAY, valid_to=date(2026, 6, 30))]
    hours = resolve(rules, [], BankHolidays.USUAL, date(2026, 6, 29), 4)
    assert hours.state(at(2026, 6, 30)) == State.OPEN
    assert hours.state(at(2026, 7, 1)) == State.UNKNOWN
    assert resolve([], [], BankHolidays.USUAL, date(2026, 6, 29), 1).state(at(2026, 6, 29)) == (
        State.UNKNOWN
    )


def test_a_day_ends_at_midnight_and_runs_into_the_next():
    (interval,) = resolve(
        *CASES["round the clock"][:1], [], BankHolidays.USUAL, date(2026, 3, 1), 60
    ).open
    assert interval.end - interval.start == timedelta(days=60) - timedelta(hours=1)
