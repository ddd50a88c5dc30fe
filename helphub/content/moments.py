"""Moments as officers read them, and as files hold them."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def from_seconds(seconds: float) -> datetime:
    """The moment of a time stamp in a file: seconds since 1970."""
    return datetime.fromtimestamp(seconds, timezone.get_default_timezone())


def in_words(moment: datetime) -> str:
    """A moment in Dudley, such as “3 May 2026, 14:02”."""
    return date_format(timezone.localtime(moment), "j F Y, H:i")
