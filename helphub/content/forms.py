"""The base of officers' forms: dates, times and texts as people in Britain write them."""

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminTimeWidget
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from helphub.content import pasted_lists

ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b", re.IGNORECASE)
SEPT = re.compile(r"\bsept\b", re.IGNORECASE)
YEARS = range(2000, 2100)

CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2})(?:[:.]00)?)?(?:([ap])\.?m\.?)?|(\d{2})(\d{2})")
NAMED_TIMES = {"noon": time(12), "midday": time(12), "midnight": time.min}


class DayInput(AdminDateWidget):
    """A date box with the admin's calendar. It shows a form it accepts: “3 December 2026”."""

    class Media:
        js = ["admin/js/core.js", "admin/dates.js"]  # The second overrides the first.

    def format_value(self, value: date | str | None) -> str | None:
        return value if isinstance(value, str) or value is None else f"{value:%-d %B %Y}"


class DayField(forms.DateField):
    """A date, day first."""

    default_error_messages = {
        "invalid": "Write the day first, such as 3 December 2026, 3/12/2026 or 2026-12-03.",
        "year": "Check the year: this reads as %(year)s.",
    }

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", " ")
            value = SEPT.sub("Sep", ORDINAL.sub("", " ".join(value.split())))
        day = super().to_python(value)
        if day is not None and day.year not in YEARS:
            raise ValidationError(
                self.error_messages["year"], code="year", params={"year": day.year}
            )
        return day


class TimeOfDayField(forms.TimeField):
    """A time as people say it: 09:00, 9.30, 9am, 5.30pm, noon, midnight.

    A closing time may also be 24:00, which is stored as midnight: the end of the day.
    """

    widget = AdminTimeWidget
    may_end_the_day = True
    default_error_messages = {
        "invalid": "Write the time as 09:00, 9.30, 9am, 5.30pm, noon or midnight.",
        "end_of_day": "A day begins at 00:00. Write 00:00 or midnight.",
    }

    def to_python(self, value: Any) -> time | None:
        if value in self.empty_values or isinstance(value, time):
            return super().to_python(value)
        written = "".join(unicodedata.normalize("NFKC", value).lower().split())
        time_of_day = NAMED_TIMES.get(written.removeprefix("12"))
        if time_of_day is None and (match := CLOCK.fullmatch(written)):
            time_of_day = self._read(*match.groups())
        if time_of_day is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return time_of_day

    def _read(
        self,
        hour: str | None,
        minute: str | None,
        half: str | None,
        hour_alone: str | None,
        minute_alone: str | None,
    ) -> time | None:
        if hour is None:
            hour, minute = hour_alone, minute_alone
        elif minute is None and half is None:
            return self._read_hour_alone(int(hour))
        hours, minutes = int(hour or 0), int(minute or 0)
        if half is not None:
            if not 1 <= hours <= 12:
                return None
            hours = hours % 12 + (12 if half == "p" else 0)
        if (hours, minutes) == (24, 0):
            if not self.may_end_the_day:
                raise ValidationError(self.error_messages["end_of_day"], code="end_of_day")
            return time.min
        return time(hours, minutes) if hours < 24 and minutes < 60 else None

    def _read_hour_alone(self, hour: int) -> time | None:
        """A time written as an hour and nothing else: “9” could be morning or evening."""
        return None


class ProseField(forms.CharField):
    """A whole text. Bullets pasted from Word become a list, and the form says so."""

    made_list = False

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        tidied = pasted_lists.with_lists(value)
        self.made_list = tidied != value
        return tidied


class LinesField(ProseField):
    """A text whose lines are list items. Bullets in front of them are removed."""

    def to_python(self, value: Any) -> str:
        value = forms.CharField.to_python(self, value)
        tidied = pasted_lists.without_bullets(value)
        self.made_list = tidied != value
        return tidied


# Buttons and the CSRF token, then the fields Django uses to keep track of rows.
NOT_TEXT = ("_", "csrf")
COUNTS = ("_FORMS", "-id", "-DELETE")


Fields = list[tuple[str, list[Any]]]
# Functions of apps whose forms have more that must not be kept. Each takes the fields and returns
# them without it.
WITHHOLDING: list[Callable[[Fields], Fields]] = []


def fields_of(request: HttpRequest) -> Fields:
    """What a form sent, without passwords: those must be typed again."""
    fields = [
        (name, values)
        for name, values in request.POST.lists()
        if "password" not in name and name != "csrfmiddlewaretoken"
    ]
    for withhold in WITHHOLDING:
        fields = withhold(fields)
    return fields


def words_of(fields: Iterable[Sequence[Any]]) -> list[tuple[str, str]]:
    """The text an officer typed, out of all that a form sent: (field, text).

    The fields are as `fields_of` returns them, or as they come back from JSON.
    """
    return [
        (name.replace("_", " "), value)
        for name, values in fields
        if not name.startswith(NOT_TEXT) and not name.endswith(COUNTS)
        for value in values
        if value.strip()
    ]


def token_of(request: HttpRequest, name: str = "once") -> uuid.UUID:
    """The token of the form that was sent, so that sending it twice does its work once."""
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError:
        return uuid.uuid4()
