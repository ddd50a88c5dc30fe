"""The moment from which a change goes out, as an officer types it."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from helphub.content import moments
from helphub.content.forms import DayField, TimeOfDayField

FARTHEST = timedelta(days=366)
FIRST, SECOND = "first", "second"
MISSING = (
    "The clocks go forward that night, from 01:00 to 02:00, so there is no {:%H:%M}. Choose a time "
    "before 01:00, or 02:00 or later."
)
TWICE = (
    "The clocks go back that night, from 02:00 to 01:00, so {:%H:%M} comes twice. Say which of the "
    "two you mean."
)


class ClockField(TimeOfDayField):
    """A time at which something begins."""

    may_end_the_day = False


class MomentForm(forms.Form):
    """A day and a time in Dudley, still to come."""

    use_required_attribute = False  # A page with this form can also be sent without it.

    day = DayField(
        label="Day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose the day it goes out."},
    )
    at = ClockField(
        label="Time",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "Choose the time it goes out, such as 09:00."},
    )
    which = forms.ChoiceField(
        label="Which of the two",
        required=False,
        choices=[(FIRST, "The first (summer time)"), (SECOND, "The second (winter time)")],
        widget=forms.RadioSelect,
    )
    moment = None
    comes_twice = False

    def clean(self):
        day, at = self.cleaned_data.get("day"), self.cleaned_data.get("at")
        if day and at is not None:
            self._read(day, at, self.cleaned_data.get("which"))
        return self.cleaned_data

    def _read(self, day, at, which):
        possible = moments.possible(day, at)
        self.comes_twice = len(possible) > 1
        if not possible:
            self.add_error("at", MISSING.format(at))
        elif self.comes_twice and not which:
            self.add_error("which", TWICE.format(at))
        elif possible[-1 if which == SECOND else 0] <= timezone.now():
            today = timezone.localdate()
            self.add_error("day" if day < today else "at", "This has passed. Choose a later one.")
        elif possible[0] > timezone.now() + FARTHEST:
            self.add_error("day", "This is more than a year ahead. Check the year.")
        else:
            self.moment = possible[-1 if which == SECOND else 0]

    @property
    def is_asked_for(self):
        """Whether an officer has filled any of it in."""
        return any(self.data.get(name, "").strip() for name in ("day", "at"))


def shown(moment):
    """What the form says of a moment that was chosen before."""
    local = timezone.localtime(moment)
    return {"day": local.date(), "at": local.time(), "which": SECOND if local.fold else FIRST}
