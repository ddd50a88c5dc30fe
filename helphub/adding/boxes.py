"""The boxes of the journey: those of the models' own forms, in one form."""

from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.boundfield import BoundField

from contacts.hours_fields import ClosingTimeField, DaysField, OpeningTimeField
from contacts.models import Schedule
from helphub.content.forms import ProseField


def box(model, name, *, lines=0, **options):
    """A model's field as a box, with the model's own rules and, unless given, its own words."""
    field = model._meta.get_field(name)
    original = getattr(field, "translated_field", field)
    label = str(original.verbose_name)
    options.setdefault("label", f"{label[:1].upper()}{label[1:]}")
    options.setdefault("help_text", original.help_text)
    options.setdefault("required", False)
    if lines:
        options["form_class"] = ProseField
        options["widget"] = forms.Textarea({"rows": lines, "class": "vLargeTextField"})
    elif isinstance(field, models.URLField):
        options |= {"assume_scheme": "https", "widget": forms.URLInput({"class": "vURLField"})}
    elif isinstance(field, models.CharField) and not field.choices:
        options.setdefault("widget", forms.TextInput({"class": "vTextField"}))
    made = field.formfield(**options)
    # An empty translation may be None in its column. Here it is a text like the others.
    if isinstance(made, forms.CharField):
        made.empty_value = ""
    return made


def choice(**options):
    """A list of entries to choose one from. The form gives it the entries."""
    return forms.ModelChoiceField(None, required=False, **options)


def ticks(**options):
    """A list of entries to tick."""
    return forms.ModelMultipleChoiceField(
        None, required=False, widget=forms.CheckboxSelectMultiple, **options
    )


class PostcodeField(forms.CharField):
    """A postcode, however it is typed: dy11hf becomes DY1 1HF."""

    def to_python(self, value):
        letters = "".join(super().to_python(value).upper().split())
        return f"{letters[:-3]} {letters[-3:]}" if len(letters) > 3 else letters


class Row(NamedTuple):
    """The boxes of one session."""

    days: BoundField
    opens: BoundField
    closes: BoundField
    overnight: BoundField

    def is_used(self):
        return any(item.errors or item.value() for item in self)


class Sessions:
    """A few rows of opening hours in a form, named after what they are for."""

    def __init__(self, form, name, rows):
        self.form = form
        self.names = [f"{name}_{number}" for number in range(1, rows + 1)]
        for start in self.names:
            form.fields |= {
                f"{start}_days": DaysField(required=False),
                f"{start}_opens": OpeningTimeField(
                    label="Opens", required=False, widget=forms.TextInput({"size": 10})
                ),
                f"{start}_closes": ClosingTimeField(
                    label="Closes", required=False, widget=forms.TextInput({"size": 10})
                ),
                f"{start}_overnight": forms.BooleanField(
                    label="Closes the next day", required=False
                ),
            }

    def first(self):
        return self._rows()[0]

    def others(self):
        return self._rows()[1:]

    def are_others_used(self):
        return any(row.is_used() for row in self.others())

    def _rows(self):
        return [
            Row(*(self.form[f"{start}_{part}"] for part in Row._fields)) for start in self.names
        ]

    def schedules(self):
        """What was typed, as unsaved schedules. Adds errors to the form."""
        found = (self._schedule(start) for start in self.names)
        return [schedule for schedule in found if schedule is not None]

    def _schedule(self, start):
        typed = {part: self.form.cleaned_data.get(f"{start}_{part}") for part in Row._fields}
        values = [typed["days"] or None, typed["opens"], typed["closes"]]
        if values == [None] * 3 and not self._has_error(start):
            return None
        missing = {
            "days": "Tick the days.",
            "opens": "Say when it opens, such as 9am.",
            "closes": "Say when it closes, such as 5pm.",
        }
        for (part, words), value in zip(missing.items(), values, strict=True):
            if value is None and f"{start}_{part}" not in self.form.errors:
                self.form.add_error(f"{start}_{part}", words)
        if self._has_error(start):
            return None
        schedule = Schedule(
            byday=typed["days"],
            opens_at=typed["opens"],
            closes_at=typed["closes"],
            is_overnight=bool(typed["overnight"]),
        )
        self._check(schedule, start)
        return schedule

    def _has_error(self, start):
        return any(f"{start}_{part}" in self.form.errors for part in Row._fields)

    def _check(self, schedule, start):
        beside = {"byday": "days", "opens_at": "opens", "closes_at": "closes"}
        try:
            schedule.full_clean(exclude=["phone", "position"])
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                self.form.add_error(f"{start}_{beside.get(name, 'overnight')}", messages)
