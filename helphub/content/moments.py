"""Moments as officers read them, and as files hold them."""

from contextlib import suppress
from datetime import UTC, date, datetime, time

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


def possible(day: date, at: time) -> list[datetime]:
    """The moments at which clocks in Dudley show this: one, or none or two on a night they change.

    When clocks go forward an hour is missing. When they go back an hour comes twice.
    """
    zone = timezone.get_default_timezone()
    shown = datetime.combine(day, at)
    both = [shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return [
        moment.astimezone(zone)
        for moment in dict.fromkeys(both)
        if moment.astimezone(zone).replace(tzinfo=None, fold=0) == shown
    ]


def exactly(moment: datetime) -> str:
    """A moment in Dudley, with which of the two it is if clocks show that time twice."""
    local = timezone.localtime(moment)
    if len(possible(local.date(), local.time())) < 2:
        return in_words(moment)
    return f"{in_words(moment)}, {'summer' if local.dst() else 'winter'} time"
