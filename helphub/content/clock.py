"""Today's date in Dudley, and how long a page stays right.

Code that makes a page gets the date here. A page that asks whether a day has come depends on that
day alone, and stays the same until then. At midnight we therefore remake only the pages whose day
has come.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta

from django.utils import timezone

from helphub.content import memory

# Pages count the weeks ahead from the first day of a block, so they stay the same for four weeks.
BLOCK, DAY = timedelta(weeks=4), timedelta(days=1)
_FIRST_BLOCK = date(2024, 1, 1)  # A Monday.
_fixed: ContextVar[date | None] = ContextVar("fixed", default=None)


def today() -> date:
    """Today in Dudley. A page that prints it is not remade just because the date changes."""
    return _fixed.get() or timezone.localdate()


@contextmanager
def fixed(day: date) -> Iterator[None]:
    """Fix today's date within the block, even if midnight passes."""
    token = _fixed.set(day)
    try:
        yield
    finally:
        _fixed.reset(token)


def has_come(day: date) -> bool:
    """Whether today is this day or later."""
    if day <= today():
        return True
    memory.note(day)
    return False


def first_of_block() -> date:
    """The first day of the current four weeks. Dates printed weeks ahead start there."""
    first = _FIRST_BLOCK + (today() - _FIRST_BLOCK) // BLOCK * BLOCK
    has_come(first + BLOCK)
    return first
