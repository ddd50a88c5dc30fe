"""The fixtures: the strategy, the topics, the guides, the numbers and the services.

They are YAML, so a reviewer can read them. A file maps a model to its rows. A row names its fields,
and refers to other rows by natural key.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from helphub.content import memory
from helphub.content.entries import Entry
from helphub.content.models import LoadedRow
from helphub.content.registry import content_models, recorded_models

FIXTURES = [
    "strategy",
    "topics",
    "guides",
    "contacts",
    "services",
    "browsing",
    "synonyms",
    "questions",
    "languages",
    "words",
]
# Parts of the fixtures that are not lists of rows, and the function that makes rows of each. Rooms
# above this one add theirs when they start.
PARTS: dict[str, Callable[[Any], Iterable["Row"]]] = {}
# Functions that give words in other languages: {(label, key): {column: words}}. As above.
WORDS: list[Callable[[], dict[tuple[str, str], dict[str, str]]]] = []
# libyaml's loader, where available, is ten times as fast.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# The natural key of a model: the first of these sets of fields that it has.
KEYS = [
    ["slug"],
    ["reference"],
    ["phone", "fact"],
    ["phone", "position"],
    ["service", "position"],
]


class FixtureError(Exception):
    """A fixture that cannot be loaded. The message says what to fix."""


class MissingRowError(FixtureError):
    """A row refers to another that is missing, or not written yet."""


class RowLookup:
    """The database's rows by natural key. Each table is read once, when first needed."""

    def __init__(self) -> None:
        self._tables: dict[type[models.Model], dict[str, Any]] = {}
        self._links: dict[type[models.Model], list[models.Model]] = {}

    def table(self, model: type[models.Model]) -> dict[str, Any]:
        """All rows of a model, by natural key."""
        if model not in self._tables:
            links = [name for name in _key_fields(model) if model._meta.get_field(name).is_relation]
            records: Iterable[Any] = model.objects.select_related(*links)
            self._tables[model] = {" ".join(row.natural_key()): row for row in records}
        return self._tables[model]

    def add(self, row: Any) -> None:
        self.table(type(row))[" ".join(row.natural_key())] = row

    def link(self, field: Any, row: models.Model, others: Iterable[models.Model]) -> None:
        """Link a new row to these others by a many-to-many field, once `write_links` is called."""
        names = {field.m2m_field_name(): row}
        name = field.m2m_reverse_field_name()
        through = field.remote_field.through
        links = self._links.setdefault(through, [])
        links += [through(**names, **{name: other}) for other in others]

    def write_links(self) -> None:
        """Write the links in bulk. The history recorded each new row when it was saved."""
        for through, links in self._links.items():
            through._base_manager.bulk_create(links)
        self._links.clear()


def _key_fields(model: type[models.Model]) -> list[str]:
    """The fields whose values form the natural key of a model's rows."""
    names = {field.name for field in model._meta.get_fields()}
    return next(key for key in KEYS if names.issuperset(key))


@dataclass
class Row:
    """One row of a fixture, and the database row it describes."""

    label: str
    key: str
    values: dict[str, Any]

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.label)

    def find(self) -> Any:
        """The database row, or None if there is none."""
        manager: Any = self.model.objects
        with suppress(self.model.DoesNotExist):
            return manager.get_by_natural_key(*self.key.split())
        return None

    def read(self, names: Iterable[str]) -> dict[str, Any] | None:
        """The current values of these fields, in the form used by fixtures."""
        record = self.find()
        if record is None:
            return None
        return {name: self._read_field(record, name) for name in names}

    def _field(self, name: str) -> Any:
        return self.model._meta.get_field(name)

    def _read_field(self, record: Any, name: str) -> Any:
        field = self._field(name)
        value = getattr(record, name)
        if field.many_to_many:
            return sorted(other.natural_key()[0] for other in value.all())
        if field.is_relation:
            return value and value.natural_key()[0]
        if value in (None, ""):
            # An empty translation is None or "", depending on how it was emptied.
            return field.get_default()
        if isinstance(value, time):
            return f"{value:%H:%M}"
        return value.isoformat() if isinstance(value, date) else value

    def default(self, name: str) -> Any:
        """The value of a field that has never been filled in."""
        field = self._field(name)
        return [] if field.many_to_many else field.get_default()

    def write(self, lookup: RowLookup) -> Any:
        """Make the database row equal to this one, and return it."""
        stored = lookup.table(self.model).get(self.key)
        record = stored or self.model()
        many = {}
        for name, value in self.values.items():
            field = self._field(name)
            if field.many_to_many:
                many[field] = [self._other(field, key, lookup) for key in value]
            elif field.is_relation and value is not None:
                setattr(record, name, self._other(field, value, lookup))
            else:
                setattr(record, name, value)
        try:
            with transaction.atomic():
                record.save()
        except IntegrityError as error:
            raise FixtureError(f"{self}: {self._why(record) or error}") from error
        for field, others in many.items():
            if stored:
                getattr(record, field.name).set(others)
            else:
                lookup.link(field, record, others)
        lookup.add(record)
        return record

    @staticmethod
    def _why(refused: models.Model) -> str | None:
        """Why the database refused a row, as text."""
        try:
            refused.full_clean()
        except ValidationError as error:
            return "; ".join(error.messages)
        return None

    def _other(self, field: Any, key: str, lookup: RowLookup) -> Any:
        try:
            return lookup.table(field.related_model)[key]
        except KeyError:
            message = f"{self}: {field.name} names “{key}”, which does not exist."
            raise MissingRowError(message) from None

    def __str__(self) -> str:
        return f"{self.label} {self.key}"


def rows() -> Iterator[Row]:
    """Every row of the fixtures, lowest floor first."""
    parsed: dict[str, Any] = {}
    for name in FIXTURES:
        path = settings.BASE_DIR / "fixtures" / f"{name}.yaml"
        parsed |= yaml.load(path.read_text(), LOADER)  # noqa: S506 - a safe loader.
    parts = {name: parsed.pop(name) for name in PARTS}
    words = [function() for function in WORDS]
    for label, values in parsed.items():
        for value in values:
            row = _row(label, value)
            for by_row in words:
                row.values |= by_row.get((label, row.key), {})
            yield row
    for name, part in parts.items():
        yield from PARTS[name](part)


def _row(label: str, values: dict[str, Any]) -> Row:
    model = apps.get_model(label)
    if issubclass(model, Entry):
        # Fixture content has been reviewed along with the code.
        values = {"is_published": True} | values
    fields = {field.name for field in model._meta.get_fields()}
    if unknown := set(values) - fields:
        raise FixtureError(f"{label} has no field {', '.join(sorted(unknown))}.")
    values = {
        name: sorted(value)
        if isinstance(value, list)
        else value.strip()
        if isinstance(value, str)
        else value
        for name, value in values.items()
    }
    key = " ".join(str(values[name]) for name in _key_fields(model))
    return Row(label, key, values)


@dataclass
class Change:
    """What loading a row would do."""

    row: Row
    verb: str  # "add", "replace" or "leave"
    why: str = ""

    def __str__(self) -> str:
        return f"{self.verb}: {self.row}{f' ({self.why})' if self.why else ''}"


def changes() -> Iterator[Change]:
    """What reloading the fixtures would add and replace, and what it would leave to officers."""
    loaded = {(row.model, row.key): row.values for row in LoadedRow.objects.all()}
    for row in rows():
        before = loaded.get((row.label, row.key))
        present = row.read(set(before or ()) | set(row.values))
        if present is None:
            was_loaded = before is not None
            yield (
                Change(row, "leave", "an officer deleted it") if was_loaded else Change(row, "add")
            )
            continue
        if before is None:
            yield Change(row, "leave", "an officer wrote it")
            continue
        if changed := [
            name
            for name in sorted(present)
            if present[name] != (before[name] if name in before else row.default(name))
        ]:
            yield Change(row, "leave", f"an officer changed {', '.join(changed)}")
            continue
        # A field left out of newer fixtures is emptied, because its loaded value is out of date.
        left_out = [name for name in before if name not in row.values]
        row.values = row.values | {name: row.default(name) for name in left_out}
        if before != row.values:
            different = [name for name in row.values if before.get(name) != row.values[name]]
            yield Change(row, "replace", ", ".join(sorted(different)))


@transaction.atomic
def load(wanted: Iterable[Row]) -> None:
    """Write all of these rows or none, and remember their values."""
    written, lookup = [], RowLookup()
    waiting = list(wanted)
    while waiting:
        # A row may refer to one further down. It then waits for the next round.
        pending, waiting = waiting, []
        for row in pending:
            try:
                made = row.write(lookup)
            except MissingRowError as error:
                waiting.append(row)
                missing = error
                continue
            records = made if isinstance(made, list) else [made]
            written += [(row, record) for record in records]
        if len(waiting) == len(pending):
            raise missing
    lookup.write_links()
    loaded = {(row.label, row.key): row.values for row, _ in written}
    LoadedRow.objects.bulk_create(
        [LoadedRow(model=label, key=key, values=values) for (label, key), values in loaded.items()],
        update_conflicts=True,
        unique_fields=["model", "key"],
        update_fields=["values"],
    )
    _check(written)


def _check(written: list[tuple[Row, Any]]) -> None:
    """Refuse rows that break a rule of their model.

    Texts refer to rows in later files, so we check only once all rows are written. Nothing changes
    while we check. Each row is read again, because the rows it refers to may have been written
    after it.
    """
    keys: dict[type[models.Model], list[int]] = {}
    for _, record in written:
        keys.setdefault(type(record), []).append(record.pk)
    stored = {model: _stored(model, model_keys) for model, model_keys in keys.items()}
    with memory.using(memory.Memory()):
        for row, record in written:
            try:
                # The database has already refused anything that breaks a constraint.
                stored[type(record)][record.pk].full_clean(
                    exclude=_kept_by_the_database(type(record)),
                    validate_unique=False,
                    validate_constraints=False,
                )
            except ValidationError as error:
                raise FixtureError(f"{row}: {error.message_dict}") from error


def _stored(model: type[models.Model], keys: list[int]) -> dict[int, models.Model]:
    """These rows as stored in the database, with the rows they refer to."""
    links = [field.name for field in model._meta.fields if field.is_relation]
    return model._base_manager.prefetch_related(*links).in_bulk(keys)


def _kept_by_the_database(model: type[models.Model]) -> set[str]:
    """The links whose only rule is that the other row exists."""
    links: Iterable[Any] = (field for field in model._meta.fields if field.is_relation)
    return {field.name for field in links if not field.get_limit_choices_to()}


def forget(row: Any) -> None:
    """Keep none of the values a row was loaded with, only the fact that it was."""
    key = " ".join(row.natural_key())
    LoadedRow.objects.filter(model=row._meta.label_lower, key=key).update(values={})


def is_empty() -> bool:
    """Whether nothing has been loaded or written yet."""
    labels = [*PARTS, *(model._meta.label_lower for model in recorded_models())]
    entries = [model for model in content_models() if issubclass(model, Entry)]
    is_loaded = LoadedRow.objects.filter(model__in=labels).exists()
    return not is_loaded and not any(model.objects.exists() for model in entries)
