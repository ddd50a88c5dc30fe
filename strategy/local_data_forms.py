"""The forms of local figures: what is typed is made safe before anything reads or keeps it."""

from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet

from strategy import periods, small_numbers
from strategy.models import Indicator
from strategy.small_numbers import FEW, NOT_SHOWN, Figure, number_of

PREFIX = "values"
MOST_ROWS = 1000

SMALL = (
    "Numbers of fewer than 10 people are not kept, so “fewer than 10” stands where they were. "
    "Numbers changed like this: {count}."
)
OF_SHARES = (
    "These shares are not shown, because fewer than 10 people are in them, or are not in them: "
    "{named}. They are not kept here, so keep your own file."
)
WITH_THEM = (
    "These are not shown either, because they would give a small number away: {named}. They are "
    "not kept here, so keep your own file."
)
TWICE = "This period is there twice{part}. Keep one of the two."
NOT_THE_SUM = (
    "The parts come to {sum}, not to this. Correct one of them, or untick “The parts add up”."
)
NO_SUM = "The parts cannot add up to this. Correct one of them, or untick “The parts add up”."


class Row(NamedTuple):
    """A row of a form as it was sent."""

    start: str  # Of the names of its fields.
    figure: Figure
    name: str
    is_deleted: bool


def rows_of(sent):
    """The rows of figures in what a form sent, {field: text}."""
    count = sent.get(f"{PREFIX}-TOTAL_FORMS", "")
    kind = sent.get("periods")
    for number in range(min(int(count), MOST_ROWS) if count.isdecimal() else 0):
        start = f"{PREFIX}-{number}-"
        period, part, value, out_of = (
            sent.get(f"{start}{name}", "").strip() for name in Figure._fields
        )
        part = small_numbers.part_of(part)
        figure = Figure(period_of(kind, period), part.casefold(), value, out_of)
        name = f"{figure.period}, {part or 'the total'}"
        yield Row(start, figure, name, f"{start}{DELETION_FIELD_NAME}" in sent)


def period_of(kind, text):
    """A period as we write it, or as it was written if it cannot be read."""
    try:
        return periods.read(kind, text)
    except (ValidationError, KeyError):
        return text


def as_kept(sent, saved=None):
    """The fields of figures that have to be replaced, {field: text}.

    `saved` has the figures that are stored now, by the key of their row.
    """
    rows = list(rows_of(sent))
    is_share = sent.get("measure") == Indicator.Measure.SHARE
    taken = [row for row in rows if not row.is_deleted]
    kept = small_numbers.protected(
        [row.figure for row in taken],
        are_shares=is_share,
        add_up="do_parts_add_up" in sent,
        saved=[(saved or {}).get(sent.get(f"{row.start}id", ""), "") for row in taken],
    )
    gone = [row for row in rows if row.is_deleted]
    kept += [small_numbers.without_small(row.figure, is_share=is_share) for row in gone]
    changes = {}
    for row, figure in zip([*taken, *gone], kept, strict=True):
        for name in ("value", "out_of"):
            if getattr(figure, name) != sent.get(f"{row.start}{name}", ""):
                changes[f"{row.start}{name}"] = getattr(figure, name)
    return changes


def protect(request, saved=None):
    """Replace what a form sent by what may be kept of it, and tell the officer."""
    sent = request.POST.dict()
    if not (changes := as_kept(sent, saved)):
        return
    request.POST = request.POST.copy()
    for name, text in changes.items():
        request.POST[name] = text
    small, with_them = [], []
    for row in rows_of(sent):
        now = changes.get(f"{row.start}value")
        if now == FEW and number_of(small_numbers.read(row.figure.value)) is not None:
            small.append(row)
        elif now == NOT_SHOWN and small_numbers.read(row.figure.value) != NOT_SHOWN:
            with_them.append(row.name)
    if small:
        messages.warning(request, SMALL.format(count=len(small)))
    if with_them:
        is_share = sent.get("measure") == Indicator.Measure.SHARE
        words = OF_SHARES if is_share else WITH_THEM
        messages.warning(request, words.format(named="; ".join(with_them)))


def without_figures_to_hide(fields):
    """A form's fields as they may be kept between two sign-ins. See `forms.WITHHOLDING`."""
    sent = {name: values[-1] for name, values in fields if values}
    if f"{PREFIX}-0-out_of" not in sent:
        return fields
    changes = as_kept(sent)
    for row in rows_of(sent):
        name = f"{row.start}value"
        text = changes.get(name, sent.get(name, ""))
        # Nobody knows what “5 or so” is, but there is a small number in it.
        if text not in (FEW, NOT_SHOWN) and number_of(text) is None:
            changes[name] = ""
    return [(name, [changes[name]] if name in changes else values) for name, values in fields]


class IndicatorValueForm(forms.ModelForm):
    """A figure as people write it: 240, 1,240, 15%, “fewer than 10”, <10."""

    period = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"size": 10}))
    part = forms.CharField(
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"size": 12}),
        help_text="Such as an age group. Leave empty for the total.",
    )
    value = forms.CharField(
        label="Figure",
        max_length=20,
        widget=forms.TextInput(attrs={"size": 12}),
        error_messages={"required": "Write the figure, or “fewer than 10”."},
    )
    out_of = forms.IntegerField(
        label="Of how many", required=False, min_value=1, widget=forms.TextInput(attrs={"size": 5})
    )

    source = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"size": 30}),
        error_messages={"required": "Say who published the figure, and where."},
    )

    def clean_value(self):
        return small_numbers.read(self.cleaned_data["value"])


class IndicatorValueFormSet(BaseInlineFormSet):
    """All figures of one indicator: each period and part once, and parts that fit their total."""

    def clean(self):
        super().clean()
        good = [
            form
            for form in self.forms
            if form.has_changed() or form.instance.pk
            if not form.errors and not form.cleaned_data.get(DELETION_FIELD_NAME)
        ]
        by_period = {}
        for form in good:
            row = form.instance
            of_period = by_period.setdefault(row.period, {})
            if row.part.casefold() in of_period:
                part = f" for “{row.part}”" if row.part else ""
                form.add_error("period", TWICE.format(part=part))
            of_period.setdefault(row.part.casefold(), form)
        if self.instance.do_parts_add_up and not self.instance.is_share:
            for of_period in by_period.values():
                _refuse_wrong_sum(of_period)


def _refuse_wrong_sum(of_period):
    if small_numbers.TOTAL not in of_period or len(of_period) == 1:
        return
    total = of_period[small_numbers.TOTAL]
    parts = [form for part, form in of_period.items() if part != small_numbers.TOTAL]
    figures = [Figure("", "", form.instance.value) for form in [total, *parts]]
    if small_numbers.fits(figures, 0, range(1, len(figures))):
        return
    numbers = [form.instance.number for form in parts]
    words = NO_SUM if None in numbers else NOT_THE_SUM.format(sum=f"{sum(numbers):,}")
    total.add_error("value", words)
