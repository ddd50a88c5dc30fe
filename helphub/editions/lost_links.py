"""Records without their links to others, as when these are deleted or withdrawn."""

from collections.abc import Collection
from typing import Any

from django.db import models

from helphub.content.registry import RecordName
from helphub.history import snapshots
from helphub.history.snapshots import State


def without_links(state: State, gone: Collection[RecordName]) -> State:
    """A record's state without its links to some others, and without the rows these would take."""
    rows: dict[str, Any] = {}
    for child, _ in snapshots.children(state.model):
        label = child._meta.label_lower
        rows[label] = {
            key: _without(child, values, gone)
            for key, values in state.rows.get(label, {}).items()
            if not _is_taken(child, values, gone)
        }
    return State(state.model, _without(state.model, state.fields, gone), rows)


def _links(model: type[models.Model]) -> list[Any]:
    return [field for field in snapshots.kept_fields(model) if field.is_relation]


def _without(
    model: type[models.Model], fields: dict[str, Any], gone: Collection[RecordName]
) -> dict[str, Any]:
    fields = dict(fields)
    for field in _links(model):
        label, value = field.related_model._meta.label_lower, fields.get(field.name)
        if field.many_to_many:
            fields[field.name] = [other for other in value or [] if (label, other) not in gone]
        elif field.null and (label, value) in gone:
            fields[field.name] = None
    return fields


def _is_taken(
    child: type[models.Model], fields: dict[str, Any], gone: Collection[RecordName]
) -> bool:
    """Whether a row goes when one of these records does."""
    return any(
        (field.remote_field.on_delete is models.CASCADE or not field.null)
        and (field.related_model._meta.label_lower, fields.get(field.name)) in gone
        for field in _links(child)
    )
