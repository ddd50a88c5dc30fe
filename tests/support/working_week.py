"""Moments of a coming week without bank holidays."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from contacts.opening_hours import is_bank_holiday

LONDON = ZoneInfo("Europe/London")


def working_week():
    """The Monday of a coming week without bank holidays, up to and including the next Monday."""
    today = datetime.now(LONDON).date()
    monday = today + timedelta(days=7 - today.weekday())
    while any(is_bank_holiday(monday + timedelta(days=n)) for n in range(8)):
        monday += timedelta(days=7)
    return monday


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)
