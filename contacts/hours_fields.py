"""The boxes in which officers say when a line is open: ticks for days, times as people say them."""

from datetime import time
from itertools import product

from django import forms
from django.core.exceptions import ValidationError

from contacts.models import Schedule
from contacts.models.schedules import DAY_NAMES, WEEK_NAMES, days_in_short
from contacts.opening_hours import WEEKDAYS
from contacts.validators import validate_byday
from helphub.content.forms import TimeOfDayField

DAYS, WEEKS = list(DAY_NAMES.items()), list(WEEK_NAMES.items())
# Weeks that a rule may name, though few forms have a box for them.
OTHER_WEEKS = {"5": "fifth", **{f"-{n}": f"{n} from the end" for n in range(2, 6)}}


def frequency_of(byday):
    """Whether days are of each week or of certain weeks of a month, as a schedule stores it."""
    is_monthly = any(character.isdigit() for character in byday)
    return Schedule.Frequency.MONTHLY if is_monthly else Schedule.Frequency.WEEKLY


def ticks_of(byday):
    """The boxes to tick for days as they are stored: days, weeks of the month, or such days."""
    codes = [code for code in byday.split(",") if code]
    days, weeks = {code[-2:] for code in codes}, {code[:-2] for code in codes}
    # The first Saturday and the last Friday are more than ticks for days and for weeks can say.
    is_sayable = {f"{week}{day}" for week, day in product(weeks, days)} == set(codes)
    return days | weeks - {""} if is_sayable else set(codes)


def stored_as(ticks):
    """Days as they are stored, in the order of a week: MO,TU or 1SA,-1SA."""
    weeks = [week for week, _ in WEEKS if week in ticks]
    weeks += [tick for tick in ticks if tick in OTHER_WEEKS]
    days = [day for day in WEEKDAYS if day in ticks]
    # Codes without a box are kept, so that they are stored unchanged or refused.
    others = [tick for tick in ticks if tick not in {*weeks, *days}]
    if weeks and not days:
        return ",".join([*weeks, *others])
    return ",".join([*(f"{week}{day}" for week, day in product(weeks or [""], days)), *others])


def named(tick):
    """The words beside a box that is there only if it is ticked: the fifth week, or first Sat."""
    return OTHER_WEEKS.get(tick) or f"{days_in_short(tick)} of the month"


class DayTicks(forms.CheckboxSelectMultiple):
    """A box for each day of the week and, if wanted, for certain weeks of the month."""

    def format_value(self, value):
        return super().format_value(sorted(ticks_of(value)) if isinstance(value, str) else value)

    def optgroups(self, name, value, attrs=None):
        known = {tick for tick, _ in self._flat()}
        others = [(tick, named(tick)) for tick in sorted(value) if tick and tick not in known]
        choices, self.choices = self.choices, [*self.choices, *others]
        try:
            return super().optgroups(name, value, attrs)
        finally:
            self.choices = choices

    def _flat(self):
        for value, label in self.choices:
            yield from label if isinstance(label, list | tuple) else [(value, label)]

    def value_from_datadict(self, data, files, name):
        sent = super().value_from_datadict(data, files, name)
        sent = [sent] if isinstance(sent, str) else sent or []
        # One box may stand for several days, and the boxes together are one text.
        ticks = dict.fromkeys(tick.strip() for part in sent for tick in part.split(","))
        return stored_as([tick for tick in ticks if tick])


class DaysField(forms.CharField):
    """Days, ticked. Its value is what a schedule stores, such as MO,TU or 1SA."""

    default_error_messages = {
        "required": "Tick the days.",
        "mixed": "Tick days of every week or of certain weeks, and add another row for the others.",
        "no_days": "Tick the day too: the first Saturday needs “first” and “Saturday”.",
    }

    def __init__(self, *, has_weeks=False, **options):
        weeks = [("Only in these weeks of the month", WEEKS)] if has_weeks else []
        options.setdefault("label", "Days")
        options["widget"] = DayTicks(choices=[*DAYS, *weeks], attrs={"class": "days"})
        super().__init__(max_length=60, **options)

    def validate(self, value):
        super().validate(value)
        if not value:
            return
        if value.replace(",", "").replace("-", "").isdigit():
            raise ValidationError(self.error_messages["no_days"], code="no_days")
        validate_byday(value)
        if len({code.isalpha() for code in value.split(",")}) > 1:
            raise ValidationError(self.error_messages["mixed"], code="mixed")

    def has_changed(self, initial, data):
        return ticks_of(initial or "") != ticks_of(data or "")


TIME_HELP = "Such as 9am, 9, 17.30 or 5pm."


class _HoursTimeField(TimeOfDayField):
    """A time of opening or closing. Where an hour alone could be two times, it asks which."""

    mornings: tuple[int, ...] = ()

    def _read_hour_alone(self, hour):
        if hour in self.mornings or 12 < hour < 24:
            return time(hour)
        if hour > 24:
            return None
        either = {0: "midnight", 12: "noon or midnight", 24: "midnight"}
        raise ValidationError(
            "“%(hour)s” could be two times of day. Write %(either)s."
            if hour in range(1, 13)
            else "Write %(either)s.",
            code="which_half",
            params={"hour": hour, "either": either.get(hour, f"{hour}am or {hour}pm")},
        )


class OpeningTimeField(_HoursTimeField):
    """When a line opens. “9” is 9am: whoever means the evening writes 9pm."""

    may_end_the_day = False
    mornings = (7, 8, 9, 10, 11)


class ClosingTimeField(_HoursTimeField):
    """When a line closes: “5” is asked about, “17” is not."""
