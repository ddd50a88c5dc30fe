"""Bake: copy what is approved into a fresh SQLite file that is never written again."""

from collections.abc import Container, Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.db import IntegrityError, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.backends.utils import CursorWrapper

from helphub.content import registry, router, tokens
from helphub.content.entries import Entry
from helphub.content.fingerprint import fingerprint
from helphub.content.registry import RecordName

# The content: {model: {primary key: {column: value}}}, including many-to-many tables.
Row = dict[str, Any]
Table = dict[int, Row]
Rows = dict[type[models.Model], Table]
RowKey = tuple[type[models.Model], int]
Link = models.ForeignKey[Any, Any]


class BakeError(Exception):
    """The content is inconsistent. The message says what to fix."""


class Fault(NamedTuple):
    """Why an entry cannot be published yet."""

    record: registry.Record
    why: str


@cache
def schema_fingerprint() -> str:
    """Changes when the tables do. This code can't query an edition with a different fingerprint."""
    columns = [
        (model._meta.db_table, field.column, field.get_internal_type(), field.null)
        for model in registry.content_models()
        for field in model._meta.concrete_fields
    ]
    # As long as in earlier releases, whose editions this code can read, and they this one's.
    return fingerprint(sorted(columns))[:16]


@cache
def links(model: type[models.Model]) -> list[Link]:
    """The fields through which a row refers to another row."""
    content = set(registry.content_models())
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model in content
    ]


def named(rows: Rows, field: Link) -> dict[Any, int]:
    """The values a field may hold, each with the primary key of the row it refers to."""
    column = field.target_field.attname
    return {row[column]: key for key, row in rows[field.related_model].items()}


# Reading


def read(connection: BaseDatabaseWrapper) -> Rows:
    """Every row of the content in a database. Missing columns get their defaults."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        rows: Rows = {}
        for model in registry.content_models():
            table = model._meta.db_table
            if table not in tables:
                rows[model] = _before_the_table(model)
                continue
            # Django's own table introspection takes as long as reading every table.
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} LIMIT 0")  # noqa: S608
            columns = {column[0] for column in cursor.description}
            rows[model] = _read_table(connection, model, columns)
    return rows


def _before_the_table(model: type[models.Model]) -> Table:
    """The rows that a model says editions had before there was a table for them."""
    known: list[Row] = getattr(model, "in_earlier_editions", [])
    defaults = {field.attname: field.get_default() for field in model._meta.concrete_fields}
    return {row[str(model._meta.pk.attname)]: defaults | row for row in known}


def _read_table(
    connection: BaseDatabaseWrapper, model: type[models.Model], columns: set[str]
) -> Table:
    fields = [field for field in model._meta.concrete_fields if field.column in columns]
    missing = {f.attname: f.get_default() for f in model._meta.concrete_fields if f not in fields}
    # A plain queryset: a translated model's own would read the active language's column.
    names = [field.attname for field in fields]
    queryset: models.QuerySet[Any, Any] = (
        models.QuerySet(model, using=connection.alias).order_by("pk").values_list(*names)
    )
    key = model._meta.pk.attname
    return {
        row[key]: row
        for row in (dict(zip(names, values, strict=True)) | missing for values in queryset)
    }


def copied(rows: Rows) -> Rows:
    """A copy of the rows that is safe to change."""
    return {model: {key: dict(row) for key, row in table.items()} for model, table in rows.items()}


# Choosing


def is_entry(model: type[models.Model]) -> bool:
    return issubclass(model, Entry)


def tidy(rows: Rows) -> None:
    """Drop rows whose owner is gone, and clear optional links to missing rows.

    Entries are left alone. If one refers to a missing row, an officer has to correct it.
    """
    is_whole = False
    while not is_whole:
        is_whole = True
        for model, table in rows.items():
            if is_entry(model):
                continue
            for field in links(model):
                keys = named(rows, field)
                lost = [k for k, row in table.items() if row[field.attname] not in (None, *keys)]
                belongs = field.remote_field.on_delete is models.CASCADE or not field.null
                for key in lost:
                    is_whole = False
                    if belongs:
                        del table[key]
                    else:
                        table[key][field.attname] = None


def children(model: type[models.Model], rows: Rows, keys: Container[int | None]) -> list[RowKey]:
    """The rows that belong to these entries: (model, key)."""
    return [
        (other, key)
        for other, table in rows.items()
        if not is_entry(other)
        for field in links(other)
        if field.related_model is model and field.remote_field.on_delete is models.CASCADE
        for owners in [named(rows, field)]
        for key, row in table.items()
        if owners.get(row[field.attname]) in keys
    ]


def withdraw(rows: Rows, withdrawn: Iterable[RecordName]) -> None:
    """Take these rows, (label, key), off every page.

    An entry stays as an unpublished name, so the sentences that mention it still read properly. A
    place is deleted.
    """
    for label, key in withdrawn:
        model = apps.get_model(label)
        if key not in rows.get(model, {}):
            continue
        for table, child in children(model, rows, {key}):
            rows[table].pop(child, None)
        own = rows[model][key]
        if is_entry(model) and label not in registry.places():
            own["is_published"] = False
            if "role" in own:
                own["role"] = ""
        else:
            del rows[model][key]
        _cut_links(rows, model, own)
    tidy(rows)


def _cut_links(rows: Rows, model: type[models.Model], withdrawn_row: Row) -> None:
    """Clear optional links to a withdrawn row. Withdraw or delete the rows that require it."""
    for other, table in rows.items():
        for field in links(other):
            if field.related_model is not model:
                continue
            value = withdrawn_row[field.target_field.attname]
            for number in [k for k, row in table.items() if row[field.attname] == value]:
                if field.null:
                    table[number][field.attname] = None
                elif is_entry(other):
                    if table[number].get("is_published"):
                        withdraw(rows, [(other._meta.label_lower, number)])
                else:
                    del table[number]


# Faults


def record_of(model: type[models.Model], row: Row) -> registry.Record:
    name = row.get("name_en") or row.get("name") or row.get("slug") or row.get("reference") or ""
    return registry.Record(model._meta.label_lower, row[model._meta.pk.attname], str(name)[:120])


def missing_rows(rows: Rows) -> list[Fault]:
    """Entries with a field that refers to an entry readers cannot see."""
    return [
        Fault(
            record_of(model, row),
            f"The field “{field.verbose_name}” refers to {_name_of(field, row)}, which is not "
            "published. Choose something else, or publish it.",
        )
        for model, table in rows.items()
        if is_entry(model)
        for field in links(model)
        for row in table.values()
        if row[field.attname] not in (None, *named(rows, field))
    ]


def _name_of(field: Link, row: Row) -> str:
    target = (
        models.QuerySet(field.related_model)
        .filter(**{field.target_field.attname: row[field.attname]})
        .first()
    )
    return f"“{target}”" if target else "something deleted"


def dead_tokens(rows: Rows, folder: Path) -> list[Fault]:
    """Texts with a token for something readers cannot see, checked in the baked file."""
    named = {
        (model, key, token)
        for model, table in rows.items()
        if not model._meta.auto_created
        for key, row in table.items()
        if row.get("is_published", True)
        for value in row.values()
        if isinstance(value, str) and "{" in value
        for token in tokens.tokens_of(value)
    }
    with router.reading(folder):
        dead = tokens.dead_tokens({token for _, _, token in named})
    # A withdrawn entry leaves its name behind, so texts may still mention it.
    names = {
        row["slug"]
        for table in rows.values()
        for row in table.values()
        if not row.get("is_published", True)
    }
    dead = {(kind, slug) for kind, slug in dead if slug not in names}
    faults = []
    for model, key, token in sorted(named, key=lambda use: (use[0]._meta.label, use[1], use[2])):
        if token in dead:
            owner, row = entry_of(rows, model, rows[model][key])
            faults.append(
                Fault(
                    record_of(owner, row),
                    f"Its text links to {tokens.written(token)}, which is not published. Remove "
                    f"{tokens.written(token)} from the text, or publish what it links to.",
                )
            )
    return faults


def entry_of(rows: Rows, model: type[models.Model], row: Row) -> tuple[type[models.Model], Row]:
    """The entry that a row belongs to, or the row itself."""
    for field in links(model):
        if not is_entry(model) and field.remote_field.on_delete is models.CASCADE:
            key = named(rows, field).get(row[field.attname])
            other = None if key is None else rows[field.related_model].get(key)
            if other:
                return field.related_model, other
    return model, row


# Writing


def write(rows: Rows, path: Path) -> None:
    """Write the rows into a new file and check that they are consistent."""
    alias = "bake"
    wanted = {"default": {}, alias: {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}}
    connection = DatabaseWrapper(connections.configure_settings(wanted)[alias], alias)
    connections[alias] = connection
    try:
        # Nothing reads the file until it is complete. A half-written file is thrown away.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=OFF")
            cursor.execute("PRAGMA synchronous=OFF")
        with connection.schema_editor() as editor:
            for model in rows:
                if not model._meta.auto_created:
                    editor.create_model(model)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.execute("BEGIN")
            for model, table in rows.items():
                _write_table(connection, cursor, model, table)
            cursor.execute("COMMIT")
            cursor.execute("PRAGMA foreign_key_check")
            if broken := cursor.fetchall():
                raise BakeError(f"Some rows refer to rows that do not exist: {broken[:5]}")
            cursor.execute("VACUUM")
    except IntegrityError as error:
        raise BakeError(
            f"Two rows clash ({error}). An entry that is left out may still use the address of "
            "a new entry. If so, change the new entry's address."
        ) from error
    finally:
        connection.close()
        del connections[alias]


def _write_table(
    connection: BaseDatabaseWrapper, cursor: CursorWrapper, model: type[models.Model], table: Table
) -> None:
    fields = model._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    placeholders = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({columns}) VALUES ({placeholders})"  # noqa: S608, E501
    cursor.executemany(
        statement,
        [
            [field.get_db_prep_save(row[field.attname], connection) for field in fields]
            for row in table.values()
        ],
    )
