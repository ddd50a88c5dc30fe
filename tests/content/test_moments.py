"""Moments on the nights when the clocks change."""

from datetime import date, time

import pytest

from helphub.content import moments

SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


@pytest.mark.parametrize(
    ("day", "at", "hours"),
    [
        (SPRING, time(0, 59), [0]),
        (SPRING, time(1), []),
        (SPRING, time(1, 59), []),
        (SPRING, time(2), [1]),
        (AUTUMN, time(0, 59), [1]),
        (AUTUMN, time(1), [1, 0]),
        (AUTUMN, time(1, 59), [1, 0]),
        (AUTUMN, time(2), [0]),
        (date(2027, 7, 1), time(9), [1]),
    ],
)
def test_a_time_is_missing_in_spring_and_comes_twice_in_autumn(day, at, hours):
    """The hours ahead of Greenwich of each moment at which clocks show this."""
    possible = moments.possible(day, at)
    assert [moment.utcoffset().seconds // 3600 for moment in possible] == hours
    assert all((moment.date(), moment.time()) == (day, at) for moment in possible)


def test_a_moment_says_which_of_two_it_is():
    first, second = moments.possible(AUTUMN, time(1, 30))
    assert moments.exactly(first) == "31 October 2027, 01:30, summer time"
    assert moments.exactly(second) == "31 October 2027, 01:30, winter time"
    (only,) = moments.possible(AUTUMN, time(9))
    assert moments.exactly(only) == "31 October 2027, 09:00"
