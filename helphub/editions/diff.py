"""Compare: which records of the working database differ from what readers have.

A record is what an officer opens and ticks: an entry with its child rows and many-to-many rows, or
a row with no owner.
"""

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models

from helphub.content import registry
from helphub.content.fingerprint import fingerprint
from helphub.content.registry import RecordName
from helphub.editions import bake


class Difference(NamedTuple):
    """A record that differs: its rows now and in the edition."""

    record: registry.Record
    now: list[bake.RowKey]
    before: list[bake.RowKey]

    @property
    def name(self) -> RecordName:
        return self.record.label, self.record.key

    def has_own_row(self, rows: bake.Rows) -> bool:
        """Whether the record's own row is among these rows."""
        return self.record.key in rows[apps.get_model(self.record.label)]


def owner_field(model: type[models.Model], row: bake.Row) -> bake.Link | None:
    """The field that refers to the entry in whose form a row is edited, or None.

    A row may have several owners: a suggestion is deleted with its page and with its service. We
    take the required field, not the one filled from a choice of pages. For a many-to-many row, we
    take the side that has the field.
    """
    owners = [
        field
        for field in bake.links(model)
        if field.remote_field.on_delete is models.CASCADE and row[field.attname] is not None
    ]
    if bake.is_entry(model) or not owners:
        return None
    # The stubs know only whether there is such a model.
    owner_model: Any = model._meta.auto_created
    if owner_model:
        return next(field for field in owners if field.related_model is owner_model)
    return min(owners, key=lambda field: not field.null)


class Owners:
    """The owner of each row on one side, given the other side.

    A row that ties two records together belongs to the one that the other side lacks. When a
    service comes or goes, the links to it come and go with it.
    """

    def __init__(self, rows: bake.Rows, others: bake.Rows) -> None:
        self.rows, self.others = rows, others
        self.keys: dict[bake.Link, dict[Any, int]] = {}

    def _key(self, field: bake.Link, value: Any) -> Any:
        """The primary key of the row a field refers to."""
        if field.target_field.primary_key:
            return value
        if field not in self.keys:
            self.keys[field] = bake.named(self.rows, field)
        return self.keys[field].get(value)

    def _is_there(self, field: bake.Link, key: Any) -> bool:
        return key in self.others[field.related_model]

    def of(self, model: type[models.Model], row: bake.Row) -> RecordName:
        """The record that a row belongs to."""
        own = (model._meta.label_lower, row[model._meta.pk.attname])
        if bake.is_entry(model):
            return own
        owner = owner_field(model, row)
        ties = [
            field
            for field in bake.links(model)
            if row[field.attname] is not None
            and field != owner
            and (field.remote_field.on_delete is models.CASCADE if owner else not field.null)
        ]
        for field in ties:
            key = self._key(field, row[field.attname])
            if not self._is_there(field, key):
                return field.related_model._meta.label_lower, key
        if owner is None:
            return own
        return owner.related_model._meta.label_lower, self._key(owner, row[owner.attname])

    def all(self) -> dict[RecordName, list[bake.RowKey]]:
        """Every record's rows."""
        records: dict[RecordName, list[bake.RowKey]] = {}
        for model, table in self.rows.items():
            for key, row in table.items():
                records.setdefault(self.of(model, row), []).append((model, key))
        return records


@cache
def written(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """The fields that people write. For a translated text, only the languages, not the copy."""
    fields = model._meta.concrete_fields
    copied = {f.translated_field.name for f in fields if hasattr(f, "translated_field")}
    return [f for f in fields if f.name not in copied and not f.primary_key]


def _values(model: type[models.Model], row: bake.Row) -> list[Any]:
    """What a row says, without its primary key.

    An empty translation may be stored in two ways, depending on how it was emptied. A line ending
    depends on whether a browser sent it.
    """
    values = []
    for field in written(model):
        value = row[field.attname]
        if isinstance(value, str):
            value = value.replace("\r\n", "\n") or None
        values.append(value)
    return values


def _essence(rows: bake.Rows, which: list[bake.RowKey], others: bake.Rows) -> list[tuple[str, str]]:
    """What rows say, sorted. Links to rows that the other side lacks are ignored."""
    essence = []
    for model, key in which:
        row = rows[model][key]
        if not bake.is_entry(model):
            row = row | {
                field.attname: None
                for field in bake.links(model)
                if field.null
                and field.target_field.primary_key
                and field.remote_field.on_delete is not models.CASCADE
                and row[field.attname] not in others[field.related_model]
            }
        essence.append((model._meta.label_lower, repr(_values(model, row))))
    return sorted(essence)


def differences(now: bake.Rows, before: bake.Rows) -> list[Difference]:
    """The records that differ between what is published in the database and an edition."""
    ours, theirs = Owners(now, before).all(), Owners(before, now).all()
    differing = []
    for name in sorted(set(ours) | set(theirs)):
        our_rows, their_rows = ours.get(name, []), theirs.get(name, [])
        # Most rows are the same. Look closely only at the rest.
        if {(model, key): now[model][key] for model, key in our_rows} == {
            (model, key): before[model][key] for model, key in their_rows
        }:
            continue
        if _essence(now, our_rows, before) != _essence(before, their_rows, now):
            label, key = name
            model = apps.get_model(label)
            row = now[model].get(key) or before[model].get(key)
            record = bake.record_of(model, row) if row else registry.Record(label, key, "")
            differing.append(Difference(record, our_rows, their_rows))
    return differing


def fingerprint_of(difference: Difference, now: bake.Rows) -> str:
    """A fingerprint of what a record says now. It changes if an officer edits the record."""
    contents = [
        (model._meta.label_lower, repr(_values(model, now[model][key])))
        for model, key in difference.now
    ]
    return fingerprint(sorted(contents))


def put_back(now: bake.Rows, before: bake.Rows | None, names: Collection[RecordName]) -> None:
    """Put these records back as the previous edition has them, with all their rows."""
    before = before or {model: {} for model in now}
    ours, theirs = Owners(now, before).all(), Owners(before, now).all()
    for name in names:
        for model, key in ours.get(name, []):
            del now[model][key]
    for name in names:
        for model, key in theirs.get(name, []):
            now[model][key] = dict(before[model][key])
    bake.tidy(now)
