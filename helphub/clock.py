"""The ground: which day it is in Dudley, and until when a page is right.

Whoever makes a page asks the day here. A page that asks whether a day has come depends on that day
alone: until then it is the same page. So at midnight only those pages are made again for which a
day has come.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta

from django.utils import timezone

from helphub import memory

# What a page says weeks ahead is counted from the first day of a block, so the page stays the same
# for four weeks.
BLOCK, DAY = timedelta(weeks=4), timedelta(days=1)
_FIRST_BLOCK = date(2024, 1, 1)  # A Monday.
_fixed = ContextVar("fixed", default=None)


def today():
    """The day in Dudley. A page that prints it is not made again for that alone."""
    return _fixed.get() or timezone.localdate()


@contextmanager
def fixed(day):
    """Let it be this day within the block, though midnight goes by."""
    token = _fixed.set(day)
    try:
        yield
    finally:
        _fixed.reset(token)


def has_come(day):
    """Whether it is this day, or a later one."""
    if day <= today():
        return True
    memory.note(day)
    return False


def first_of_block():
    """The first day of the present four weeks: what is printed weeks ahead begins there."""
    first = _FIRST_BLOCK + (today() - _FIRST_BLOCK) // BLOCK * BLOCK
    has_come(first + BLOCK)
    return first
