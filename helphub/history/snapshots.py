"""A record at one moment, with all that an officer sees in its form."""

import dataclasses
import json
from functools import cache

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.forms.models import _get_foreign_key

from helphub.content.fingerprint import fingerprint
from helphub.content.registry import recorded_models


@cache
def records():
    """The models with a form and a history of their own."""
    return [
        model
        for model in recorded_models()
        if not model._meta.auto_created and admin.site.is_registered(model)
    ]


@cache
def children(model):
    """The kinds of rows in a record's form: (model, the field that names the record)."""
    inlines = admin.site.get_model_admin(model).inlines
    return [
        (inline.model, _get_foreign_key(model, inline.model, fk_name=inline.fk_name))
        for inline in inlines
    ]


@cache
def owners(child):
    """The other way round: (record, the row's field that names it)."""
    return [
        (model, link)
        for model in records()
        for child_model, link in children(model)
        if child_model is child
    ]


@cache
def own_fields(model):
    """The fields that a version keeps. A translated field has one for each language."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    for_all_languages = {field.translated_field for field in fields if is_translation(field)}
    return [field for field in fields if field not in for_all_languages]


@cache
def copied_fields(model):
    """The translated fields, whose own column repeats the English."""
    own = {*own_fields(model), model._meta.pk}
    return [field for field in model._meta.concrete_fields if field not in own]


@cache
def ends(field):
    """The two columns of a many-to-many field's table: of the record, and of the others."""
    through = field.remote_field.through
    return tuple(
        through._meta.get_field(name)
        for name in (field.m2m_field_name(), field.m2m_reverse_field_name())
    )


def is_translation(field):
    return hasattr(field, "translated_field")


def kept_fields(model):
    return [*own_fields(model), *model._meta.many_to_many]


@dataclasses.dataclass
class State:
    """A record's fields, and its rows by kind and key. Values are as JSON writes them."""

    model: type
    fields: dict
    rows: dict = dataclasses.field(default_factory=dict)

    @property
    def fingerprint(self):
        """A hash that is the same if two states say the same."""
        rows = {
            child._meta.label_lower: {key: _said(child, fields) for key, fields in table.items()}
            for child, _ in children(self.model)
            if (table := self.rows.get(child._meta.label_lower))
        }
        return fingerprint(json.dumps([_said(self.model, self.fields), rows], sort_keys=True))

    @property
    def is_visible(self):
        """Whether readers see the record once it is published."""
        return self.fields.get("is_published", True)


NOTHING = (None, "", [])


def tidy(fields):
    """The fields that are not empty.

    An empty translation is None or "", depending on how it was emptied. A line ending depends on
    whether a browser sent it.
    """
    return {
        name: value.replace("\r\n", "\n") if isinstance(value, str) else value
        for name, value in fields.items()
        if value not in NOTHING
    }


@cache
def _defaults(model):
    """The fields with a default that is always the same, and that default as JSON writes it."""
    fields = [field for field in own_fields(model) if field.has_default()]
    fixed = {field.name: field.default for field in fields if not callable(field.default)}
    return {name: value for name, value in as_json(fixed).items() if value not in NOTHING}


def _said(model, fields):
    """The fields that count towards a fingerprint.

    An empty field does not count, and nor does a fixed default, so a new field with a default
    changes no fingerprint. A field that was emptied of its default does count.
    """
    defaults = _defaults(model)
    emptied = {name: "" for name in defaults if fields.get(name, defaults[name]) in NOTHING}
    return emptied | {
        name: value for name, value in tidy(fields).items() if value != defaults.get(name)
    }


def as_json(values):
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder))


def value_of(field, value):
    """The value of a field from what JSON wrote."""
    if value is None:
        return None
    return (field.target_field if field.is_relation else field).to_python(value)


def instance_of(model, key, fields):
    """An unsaved row with these values."""
    named = {field.name: field for field in own_fields(model)}
    values = {
        named[name].attname: value_of(named[name], value)
        for name, value in fields.items()
        if name in named
    }
    return model(pk=key, **values)


def key_of(model, written):
    """The primary key in an address, or None."""
    try:
        key = model._meta.pk.clean(written, None)
    except ValidationError:
        return None
    return key if key > 0 else None


def table_of(model, **conditions):
    """Rows as stored, {key: {field: value}}. A translated manager would read one language."""
    fields = own_fields(model)
    names = [field.attname for field in fields]
    rows = models.QuerySet(model).filter(**conditions).order_by("pk").values_list("pk", *names)
    return {
        row[0]: as_json(dict(zip((field.name for field in fields), row[1:], strict=True)))
        for row in rows
    }


def _linked(field, keys):
    """What a many-to-many field holds: {key: [keys of others]}."""
    near_field, far_field = ends(field)
    ties = models.QuerySet(field.remote_field.through).order_by(far_field.attname)
    linked = {}
    for key, other in ties.filter(
        **({f"{near_field.attname}__in": keys} if keys is not None else {})
    ).values_list(near_field.attname, far_field.attname):
        linked.setdefault(key, []).append(other)
    return linked


def read(model, keys=None):
    """These records, or all of them, from the database: {key: State}."""
    conditions = {} if keys is None else {"pk__in": list(keys)}
    states = {key: State(model, fields) for key, fields in table_of(model, **conditions).items()}
    for field in model._meta.many_to_many:
        linked = _linked(field, keys)
        for key, state in states.items():
            state.fields[field.name] = linked.get(key, [])
    for child, link in children(model):
        named = {name_of(link, key, state): key for key, state in states.items()}
        named.pop(None, None)
        rows = table_of(child, **({f"{link.attname}__in": list(named)} if conditions else {}))
        for key, fields in rows.items():
            if (owner := named.get(fields[link.name])) is not None:
                put_row(states[owner], child, link, key, fields)
    return states


def name_of(link, key, state):
    """The value by which a record's rows refer to it."""
    target = link.target_field
    return key if target.primary_key else state.fields[target.name]


def put_row(state, child, link, key, fields):
    """Add a row to a record's state, without the field that names the record."""
    values = {name: value for name, value in fields.items() if name != link.name}
    state.rows.setdefault(child._meta.label_lower, {})[str(key)] = values


def read_one(model, key):
    return read(model, [key]).get(key)


def existing(model, keys):
    """Which of these keys have a row."""
    return models.QuerySet(model).filter(pk__in=list(keys)).values_list("pk", flat=True)


def lock(model, *keys):
    """Stop everyone else saving these records until the transaction ends.

    On SQLite the transaction itself begins IMMEDIATE, which keeps other writers out.
    """
    rows = models.QuerySet(model).select_for_update().filter(pk__in=keys)
    list(rows.order_by("pk").values_list("pk"))
