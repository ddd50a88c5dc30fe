"""The local data set: what is counted in Dudley, period by period, by whom.

A number below 10 is never stored, and nor is one that gives it away: see small_numbers.py.
"""

import uuid
from itertools import groupby
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from helphub.content import validators
from helphub.content.entries import Entry, EntryQuerySet
from helphub.content.rows import NumberedRow
from helphub.history import recording
from strategy import periods, small_numbers
from strategy.models.pages import text_field
from strategy.pictures import round_above

NO_FIGURE = gettext_noop("no figure")


def own_address():
    """The name of its file, which says nothing to somebody who looks through the phone."""
    return f"figures-{uuid.uuid4().hex[:8]}"


class Point(NamedTuple):
    """One bar of a chart: a number, or why there is none."""

    period: str
    words: str
    length: str  # Of a hundred. Empty for a gap.

    @property
    def is_gap(self):
        return not self.length


class Series(NamedTuple):
    """A chart: one part, or the whole, over all periods."""

    part: str
    points: list


class IndicatorQuerySet(EntryQuerySet):
    def for_page(self):
        """What readers may see and has a figure."""
        rows = self.published().prefetch_related("values")
        return [row for row in rows if row.values.all()]


class Indicator(Entry):
    """Something that is counted in Dudley."""

    class Measure(models.TextChoices):
        NUMBER = "number", "a number: 240 people"
        SHARE = "share", "a share: 15% of 240 people"

    slug = models.SlugField(max_length=60, unique=True, default=own_address, editable=False)
    name = models.CharField(
        "name",
        max_length=120,
        validators=[validators.validate_text],
        help_text="In plain words, without a full stop: “Referrals to the support service”.",
    )
    counted = text_field(
        "what is counted",
        "Whom or what it counts, and whom it leaves out. Somebody may be counted twice: say so.",
    )
    counted_by = models.CharField(
        "who counts it",
        max_length=120,
        validators=validators.PLAIN,
        help_text="An organisation, such as “Dudley Council, public health”. No person's name.",
    )
    measure = models.CharField(
        "what a figure is", max_length=10, choices=Measure, default=Measure.NUMBER
    )
    unit = models.CharField(
        "of what",
        max_length=60,
        validators=[validators.validate_text],
        help_text="What follows the figure: “people”, “referrals”, or “of those asked”.",
    )
    periods = models.CharField(
        "counted over",
        max_length=10,
        choices=periods.Kind,
        default=periods.Kind.FINANCIAL,
        help_text=(
            "One kind for all its figures. Do not publish the same count by quarter and by year: "
            "the difference could give a small number away."
        ),
    )
    do_parts_add_up = models.BooleanField(
        "the parts add up to the total",
        default=True,
        help_text="Untick if somebody can be in two parts. It does not matter without parts.",
    )

    objects = IndicatorQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = "local figure"
        verbose_name_plural = "local figures"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"{reverse('strategy:local-data')}#{self.slug}"

    def get_file_url(self):
        return reverse("strategy-files:local-figures", args=[self.slug])

    @property
    def is_share(self):
        return self.measure == self.Measure.SHARE

    @property
    def periods_name(self):
        """How its periods are counted, for the template to translate."""
        return {
            periods.Kind.CALENDAR: gettext_noop("Years from January to December"),
            periods.Kind.FINANCIAL: gettext_noop("Years from April to March"),
            periods.Kind.QUARTERS: gettext_noop("Three months at a time"),
        }[periods.Kind(self.periods)]

    @property
    def rows(self):
        """Its figures in the order of time, the whole before its parts."""
        return sorted(self.values.all(), key=IndicatorValue.in_order)

    @property
    def newest(self):
        """The newest figure of the whole that has a number, or None."""
        wholes = [row for row in self.rows if not row.part and row.number is not None]
        return wholes[-1] if wholes else None

    @property
    def scale(self):
        """The number at the end of every bar's scale. Each begins at nought."""
        numbers = [row.number for row in self.values.all() if row.number is not None]
        scale = round_above(max(numbers, default=1))
        return min(scale, 100) if self.is_share else scale

    @property
    def scale_words(self):
        return f"{self.scale}%" if self.is_share else f"{self.scale:,}"

    @property
    def charts(self):
        """The whole over all periods, then each part."""
        spans = periods.without_gaps([row.period for row in self.values.all()])
        scale = self.scale
        by_part = {}
        for row in self.rows:
            by_part.setdefault(row.part, {})[row.period] = row
        parts = sorted(by_part, key=lambda part: (part != "", list(by_part).index(part)))
        return [
            Series(part, [_point(period, by_part[part].get(period), scale) for period in spans])
            for part in parts
        ]

    @property
    def has_parts(self):
        return any(row.part for row in self.values.all())

    @property
    def has_small(self):
        return any(row.number is None for row in self.values.all())

    @property
    def has_not_shown(self):
        are_any = any(row.value == small_numbers.NOT_SHOWN for row in self.values.all())
        return are_any and not self.is_share

    @property
    def sources(self):
        """Each source once, with its date and the periods it gives."""
        rows = sorted(self.rows, key=lambda row: (row.published_on, row.source))
        return [
            (source, published_on, list(dict.fromkeys(row.period for row in of_source)))
            for (published_on, source), of_source in groupby(
                rows, key=lambda row: (row.published_on, row.source)
            )
        ]


def _point(period, row, scale):
    if row is None:
        return Point(period, NO_FIGURE, "")
    number = row.number
    return Point(period, row.words, "" if number is None else f"{100 * float(number) / scale:.4g}")


class IndicatorValueQuerySet(models.QuerySet):
    def get_by_natural_key(self, indicator, position):
        return self.get(indicator__slug=indicator, position=position)


class IndicatorValue(NumberedRow):
    """A figure of one period, of everybody or of one part."""

    owner = "indicator"

    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="values", verbose_name="local figure"
    )
    period = models.CharField("period", max_length=40)
    part = models.CharField(
        "part",
        max_length=60,
        blank=True,
        validators=validators.PLAIN,
        help_text="Such as an age group. Leave empty for the total.",
    )
    value = models.CharField("figure", max_length=20)
    out_of = models.PositiveIntegerField(
        "of how many", blank=True, null=True, help_text="For a share only."
    )
    source = models.CharField(
        "source",
        max_length=200,
        validators=validators.PLAIN,
        help_text="Who published it, and the title.",
    )
    published_on = models.DateField("published on", help_text="The day the source came out.")

    objects = IndicatorValueQuerySet.as_manager()

    class Meta:
        verbose_name = "figure"
        verbose_name_plural = "figures"
        ordering = ["indicator", "period", "position"]

    def __str__(self):
        return f"{self.period} {self.part}".strip()

    def natural_key(self):
        return (self.indicator.slug, str(self.position))

    def in_order(self):
        return self.period, self.part != "", self.position

    @property
    def number(self):
        return small_numbers.number_of(self.value)

    @property
    def words(self):
        """The figure as readers see it. Words are for the template to translate."""
        number = self.number
        if number is None:
            return self.value
        written = f"{number:,}"
        return f"{written}%" if self.indicator.is_share else written

    def clean(self):
        super().clean()
        errors = {}
        if self.indicator_id or getattr(self, "indicator", None):
            errors |= self._faults_of_period() | self._faults_of_value()
        if self.published_on and self.published_on > timezone.localdate():
            errors["published_on"] = "This date is in the future. Enter the day it was published."
        if errors:
            raise ValidationError(errors)

    def _faults_of_period(self):
        try:
            self.period = periods.read(self.indicator.periods, self.period)
        except ValidationError as error:
            return {"period": error}
        if periods.last_day(self.period) > timezone.localdate():
            return {"period": "This period is not over yet. Add it when it is."}
        return {}

    def _faults_of_value(self):
        self._leave_out_if_small()
        number, is_share = self.number, self.indicator.is_share
        if number is None:
            is_known = self.value in (small_numbers.FEW, small_numbers.NOT_SHOWN)
            return {} if is_known else {"value": _how_to_write(self.value)}
        if not is_share:
            if self.out_of is not None:
                return {"out_of": "This is for shares only. Leave it empty."}
            whole = number == int(number)
            return {} if whole else {"value": "Write a whole number: it counts people or things."}
        faults = {}
        if number > 100:
            faults["value"] = "A share is at most 100%."
        if self.out_of is None:
            faults["out_of"] = "Say of how many people it is a share."
        if self.part:
            faults["part"] = "A share has no parts. Add a local figure for each group."
        return faults

    def _leave_out_if_small(self):
        # A total that is named would be taken for one more part, and hide nothing.
        self.part = small_numbers.part_of(self.part)
        typed = small_numbers.Figure(
            self.period, self.part, self.value, "" if self.out_of is None else str(self.out_of)
        )
        kept = small_numbers.without_small(typed, is_share=self.indicator.is_share)
        self.value = kept.value
        if not kept.out_of:
            self.out_of = None

    def save(self, *args, **kwargs):
        """Whatever saves it, no small number is stored, and one left out now is forgotten."""
        self._leave_out_if_small()
        super().save(*args, **kwargs)
        if self.number is None:
            recording.forget_row(type(self), self.pk, _had_number)


def _had_number(fields):
    return bool(fields) and small_numbers.number_of(fields["value"]) is not None


def _how_to_write(text):
    if text.startswith(("-", "−", "–")):
        return "A figure cannot be less than zero."
    return "Write digits, such as 240, or “fewer than 10”."
