"""What differs between two states of a record, in words."""

from dataclasses import dataclass
from datetime import date, time

from django.db import models
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import get_language_info

from helphub.content.diff import word_difference
from helphub.history import snapshots
from helphub.history.snapshots import State

MOST_NAMED = 8


@dataclass
class Named:
    """A field of a record, as officers know it."""

    field: str
    language: str  # Empty if the field has no language.
    row: str  # The row of the record that has the field, or empty.
    kind: str  # The kind of that row, or empty.

    @property
    def language_name(self):
        return get_language_info(self.language)["name"] if self.language else ""

    @property
    def direction(self):
        if not self.language:
            return "auto"
        return "rtl" if get_language_info(self.language)["bidi"] else "ltr"

    @property
    def name(self):
        """The field and its language. English is left out."""
        is_other = self.language not in ("", "en")
        return f"{self.field} ({self.language_name})" if is_other else self.field

    @property
    def title(self):
        """The field with its language, after the row it is in."""
        name = f"{self.field}, {self.language_name}" if self.language else self.field
        return capfirst(f"{self.row}: {name}" if self.row else name)


@dataclass
class Change(Named):
    """A field that differs between two states, with its words in both."""

    old: list
    new: list

    @cached_property
    def parts(self):
        return word_difference(self.old, self.new)

    @property
    def before(self):
        return [part for part in self.parts if part[0] != "in"]

    @property
    def after(self):
        return [part for part in self.parts if part[0] != "out"]


def difference(model, old, new):
    """The changes from one state of a record to another. None means no record."""
    old, new = old or State(model, {}), new or State(model, {})
    changes = _fields(model, old.fields, new.fields)
    for child, _ in snapshots.children(model):
        label = child._meta.label_lower
        before, after = old.rows.get(label, {}), new.rows.get(label, {})
        for key in [*before, *(key for key in after if key not in before)]:
            changes += _row(child, key, before.get(key), after.get(key))
    return changes


def _row(child, key, old, new):
    kind = str(child._meta.verbose_name_plural)
    name = capfirst(child._meta.verbose_name)
    if old is None or new is None:
        words = describe(child, new or old)
        event = "added" if old is None else "removed"
        return [Change(event, "", name, kind, [] if old is None else words, words if new else [])]
    return [
        Change(change.field, change.language, f"{name} “{title_of(child, key, new)}”", kind, *pair)
        for change in _fields(child, old, new)
        for pair in [(change.old, change.new)]
    ]


def title_of(child, key, fields):
    return str(snapshots.instance_of(child, None, fields))


def describe(child, fields):
    """A whole row in words."""
    words, fields = [], snapshots.tidy(fields)
    for field in snapshots.own_fields(child):
        if field.name in fields and field.editable:
            words += [f"{name_of(field)}:", *shown_words(field, fields[field.name]), "·"]
    return words[:-1]


def _fields(model, old, new):
    changes = []
    old, new = snapshots.tidy(old), snapshots.tidy(new)
    for field in snapshots.kept_fields(model):
        before, after = old.get(field.name), new.get(field.name)
        # Officers never see a field that is not editable.
        if before == after or not field.editable:
            continue
        words = shown_words(field, before), shown_words(field, after)
        changes.append(Change(name_of(field), language_of(field), "", "", *words))
    return changes


def language_of(field):
    """The language that a field is in, or "" if it has none."""
    return field.language.replace("_", "-") if snapshots.is_translation(field) else ""


def name_of(field):
    return str((field.translated_field if snapshots.is_translation(field) else field).verbose_name)


def shown_words(field, value):
    """What a field holds, as words to compare."""
    if value is None:
        return []
    if field.many_to_many:
        names = {
            str(other.pk): str(other)
            for other in field.related_model._base_manager.filter(pk__in=value)
        }
        return [f"{names.get(str(key), 'deleted record')}," for key in value]
    if field.is_relation:
        target = field.target_field.attname
        other = field.related_model._base_manager.filter(**{target: value}).first()
        return str(other or "deleted record").split()
    value = snapshots.value_of(field, value)
    if field.choices:
        value = dict(field.flatchoices).get(value, value)
    elif isinstance(field, models.BooleanField):
        value = "yes" if value else "no"
    elif isinstance(value, date):
        value = f"{value.day} {value:%B %Y}"
    elif isinstance(value, time):
        value = f"{value:%H:%M}"
    return str(value).split()


def in_words(changes):
    """A line that names what changed: “name, what happens (Urdu), opening hours”."""
    names = list(dict.fromkeys(change.kind or change.name for change in changes))
    more = len(names) - MOST_NAMED
    if more > 0:
        names = [*names[:MOST_NAMED], f"and {more} more"]
    return ", ".join(names)
