"""Versions as rows of an edition, and an edition's rows as versions would have them."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import models

from helphub.content import registry
from helphub.content.registry import RecordName
from helphub.editions.bake import Row, Rows
from helphub.history import snapshots
from helphub.history.snapshots import State

States = Mapping[RecordName, State]


def rows_of(states: States) -> Rows:
    """The rows that these records have in an edition, many-to-many rows included."""
    rows: Rows = {model: {} for model in registry.content_models()}
    for (label, key), state in states.items():
        model: type[models.Model] = apps.get_model(label)
        rows[model][key] = _row(model, key, state.fields)
        for child, link in snapshots.children(model):
            owner = {link.name: snapshots.name_of(link, key, state)}
            for child_key, fields in state.rows.get(child._meta.label_lower, {}).items():
                number = snapshots.key_of(child, child_key)
                rows[child][number] = _row(child, number, fields | owner)
        for field in model._meta.many_to_many:
            _tie(rows, field, key, state.fields.get(field.name) or [])
    return rows


def _row(model: type[models.Model], key: int, fields: dict[str, Any]) -> Row:
    row = {model._meta.pk.attname: key}
    for field in snapshots.own_fields(model):
        written = field.name in fields
        row[field.attname] = (
            snapshots.value_of(field, fields[field.name]) if written else field.get_default()
        )
    for field in snapshots.copied_fields(model):
        # A translated field's own column holds the English. It may not be NULL.
        row[field.attname] = row[f"{field.name}_en"] or field.get_default()
    return row


def _tie(rows: Rows, field: Any, key: int, others: list[int]) -> None:
    table = rows[field.remote_field.through]
    near, far = snapshots.ends(field)
    for other in others:
        number = len(table) + 1
        table[number] = {"id": number, near.attname: key, far.attname: other}


def states_of(rows: Rows) -> dict[RecordName, State]:
    """The records in these rows."""
    states: dict[RecordName, State] = {}
    for model in snapshots.records():
        if model not in rows:
            continue
        of_model = {key: State(model, _fields(model, row)) for key, row in rows[model].items()}
        for field in model._meta.many_to_many:
            near, far = snapshots.ends(field)
            ties = [(row[near.attname], row[far.attname]) for row in rows[near.model].values()]
            for key, state in of_model.items():
                state.fields[field.name] = sorted(other for own, other in ties if own == key)
        for child, link in snapshots.children(model):
            owners = {snapshots.name_of(link, key, state): key for key, state in of_model.items()}
            for key, row in rows[child].items():
                fields = _fields(child, row)
                if fields[link.name] is not None and fields[link.name] in owners:
                    owner = of_model[owners[fields[link.name]]]
                    snapshots.put_row(owner, child, link, key, fields)
        states |= {(model._meta.label_lower, key): state for key, state in of_model.items()}
    return states


def _fields(model: type[models.Model], row: Row) -> dict[str, Any]:
    """A row's fields as a version has them."""
    fields = {field.name: row[field.attname] for field in snapshots.own_fields(model)}
    return snapshots.as_json(fields)
