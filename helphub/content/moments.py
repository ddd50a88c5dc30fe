"""Moments as officers read them, and as files hold them."""

from contextlib import suppress
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def from_seconds(seconds: float) -> datetime:
    """The moment of a time stamp in a file: seconds since 1970."""
    return datetime.fromtimestamp(seconds, timezone.get_default_timezone())


def from_form(written: str) -> datetime | None:
    """The moment that one of our pages wrote down, or None if somebody changed it."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(written)
        # Far from these years, another time zone can lead out of the calendar.
        if timezone.is_aware(moment) and 2000 <= moment.year <= 2100:
            return moment
    return None


def in_words(moment: datetime) -> str:
    """A moment in Dudley, such as “3 May 2026, 14:02”."""
    return date_format(timezone.localtime(moment), "j F Y, H:i")
