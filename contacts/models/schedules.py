"""Opening hours and their exceptions, as in HSDS."""

from datetime import time

from django.core.exceptions import ValidationError
from django.db import models

from contacts import opening_hours
from contacts.models.phone import Phone
from contacts.models.rows import PhoneRowQuerySet
from contacts.validators import validate_byday
from helphub.content.rows import NumberedRow, in_words
from helphub.languages import days

DAY_NAMES = dict(zip(opening_hours.WEEKDAYS, days.WEEKDAYS, strict=True))
MIXED_DAYS = "Give days of every week or of certain weeks, and add another row for the others."
WEEK_NAMES = {"1": "first", "2": "second", "3": "third", "4": "fourth", "-1": "last"}


def days_in_short(byday):
    """Days as officers read them in a list: Mon, Tue or last Sat."""
    codes = [(code[:-2], code[-2:]) for code in byday.split(",") if code]
    return ", ".join(
        f"{WEEK_NAMES.get(week, week)} {DAY_NAMES.get(day, day)[:3]}".strip() for week, day in codes
    )


def errors_of_session(row):
    """Errors in the opening and closing times of a row, by field."""
    if row.opens_at is None or row.closes_at is None:
        return {}
    ends_later = row.closes_at > row.opens_at or row.closes_at == time.min
    if not ends_later and not row.is_overnight:
        return {
            "closes_at": (
                "It closes before it opens. If it is open through the night, tick “closes the "
                "next day”."
            )
        }
    if row.is_overnight and row.closes_at > row.opens_at:
        return {"is_overnight": "It closes on the same day: untick this."}
    return {}


class Schedule(NumberedRow):
    """One session of a number's opening hours, as in HSDS. Two sessions a day need two rows."""

    class Frequency(models.TextChoices):
        WEEKLY = "WEEKLY", "weekly"
        MONTHLY = "MONTHLY", "monthly"

    phone = models.ForeignKey(
        Phone, on_delete=models.CASCADE, related_name="schedules", verbose_name="number"
    )
    freq = models.CharField(
        "how often",
        max_length=10,
        choices=Frequency,
        default=Frequency.WEEKLY,
        help_text="Choose monthly for days such as the first Saturday of the month.",
    )
    interval = models.PositiveSmallIntegerField(
        "repeats every (weeks)",
        default=1,
        help_text="1 for every week, 2 for every other week.",
    )
    byday = models.CharField(
        "days",
        max_length=60,
        validators=[validate_byday],
        help_text="MO,TU,WE,TH,FR,SA,SU. Monthly: 1SA is the first Saturday, -1FR the last Friday.",
    )
    opens_at = models.TimeField("opens", help_text="Such as 09:00. 00:00 is midnight.")
    closes_at = models.TimeField(
        "closes",
        help_text="00:00 is the end of the day. If open overnight, tick “closes the next day”.",
    )
    is_overnight = models.BooleanField("closes the next day", default=False)
    dtstart = models.DateField(
        "first day", blank=True, null=True, help_text="Needed if it opens every other week."
    )
    valid_from = models.DateField(
        "applies from",
        blank=True,
        null=True,
        help_text="Leave empty if these hours already apply.",
    )
    valid_to = models.DateField(
        "applies until",
        blank=True,
        null=True,
        help_text="The last day. Leave empty if there is no end date.",
    )

    objects = PhoneRowQuerySet.as_manager()

    class Meta:
        ordering = ["phone", "position"]
        verbose_name = "opening hours"
        verbose_name_plural = "opening hours"
        constraints = [
            models.UniqueConstraint(fields=["phone", "position"], name="one_session_for_each_order")
        ]

    def __str__(self):
        return f"{days_in_short(self.byday)}, {self.opens_at:%H:%M} to {self.closes_at:%H:%M}"

    def natural_key(self):
        return (self.phone.slug, str(self.position))

    def clean(self):
        super().clean()
        errors = errors_of_session(self)
        has_numbers = {not part.isalpha() for part in self.byday.split(",")}
        if len(has_numbers) > 1:
            errors["byday"] = MIXED_DAYS
        elif has_numbers != {self.freq == self.Frequency.MONTHLY}:
            errors["byday"] = "Monthly days have a number, such as 1SA; weekly days have none."
        if self.interval > 1 and self.dtstart is None:
            errors["dtstart"] = "Give the day from which every other week is counted."
        if self.interval < 1:
            errors["interval"] = "Enter 1 or more."
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            errors["valid_to"] = "This is before the day these hours apply from."
        if errors:
            raise ValidationError(errors)

    @property
    def rule(self):
        return opening_hours.Rule(
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            byday=tuple(self.byday.split(",")),
            interval=self.interval,
            dtstart=self.dtstart,
            is_monthly=self.freq == self.Frequency.MONTHLY,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class ScheduleException(NumberedRow):
    """Days when a number keeps different hours, or is closed."""

    phone = models.ForeignKey(
        Phone, on_delete=models.CASCADE, related_name="exceptions", verbose_name="number"
    )
    first_day = models.DateField(
        "from",
        help_text="The first of these days. Readers see them with these hours, or as closed.",
    )
    last_day = models.DateField("until", help_text="For a single day, enter the same date.")
    opens_at = models.TimeField(
        "opens", blank=True, null=True, help_text="Leave empty if it is closed on these days."
    )
    closes_at = models.TimeField(
        "closes",
        blank=True,
        null=True,
        help_text="00:00 is the end of the day. If open overnight, tick “closes the next day”.",
    )
    is_overnight = models.BooleanField("closes the next day", default=False)

    objects = PhoneRowQuerySet.as_manager()

    class Meta:
        ordering = ["phone", "first_day"]
        verbose_name = "different hours on certain days"
        verbose_name_plural = "different hours on certain days"
        constraints = [
            models.UniqueConstraint(
                fields=["phone", "position"], name="one_exception_for_each_order"
            )
        ]

    def __str__(self):
        return f"{in_words(self.first_day)} to {in_words(self.last_day)}"

    def natural_key(self):
        return (self.phone.slug, str(self.position))

    def clean(self):
        super().clean()
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": "This is before the first day."})
        if (self.opens_at is None) != (self.closes_at is None):
            raise ValidationError({"closes_at": "Give both times, or leave both empty for closed."})
        if errors := errors_of_session(self):
            raise ValidationError(errors)

    @property
    def dated(self):
        return opening_hours.DatedException(
            self.first_day, self.last_day, self.opens_at, self.closes_at
        )
