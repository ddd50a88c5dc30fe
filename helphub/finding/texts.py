"""Every text in the admin, as far as an officer may see it, and the records that have them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import get_language_info

from helphub.content.secrecy import without_addresses
from helphub.history import snapshots, versions
from helphub.history.snapshots import State

Model = type[models.Model]


class Field(NamedTuple):
    """A field whose words can be found: of a record, or of a row in its form."""

    field: Any
    row: str = ""  # What the row is, such as “place”.

    @property
    def label(self) -> str:
        name = str(getattr(self.field, "translated_field", self.field).verbose_name)
        code = getattr(self.field, "language", "en").replace("_", "-")
        name = name if code == "en" else f"{name} in {get_language_info(code)['name']}"
        return capfirst(f"{self.row}: {name}" if self.row else name)


@dataclass(slots=True)
class Found:
    """A record, and its texts."""

    model: Model
    key: int
    fields: list[Field]
    words: tuple[str | None, ...]  # Of each field, in the same order.
    is_deleted: bool = False

    @property
    def name(self) -> tuple[str, int]:
        return self.model._meta.label_lower, self.key

    def texts(self) -> Iterator[tuple[Field, str]]:
        return ((field, text) for field, text in zip(self.fields, self.words, strict=True) if text)


def kinds(request: HttpRequest) -> list[Model]:
    """The kinds of records that this officer may see, in the order of the rooms."""
    others = [model for model in admin.site._registry if model not in snapshots.records()]
    return [
        model
        for model in [*snapshots.records(), *others]
        if fields_of(model) and admin.site.get_model_admin(model).has_view_permission(request)
    ]


@cache
def fields_of(model: Model) -> list[Any]:
    """The fields with words. For what has no versions, such as accounts, what its list searches."""
    if model in snapshots.records() or model in _rows_of_records():
        return [field for field in snapshots.own_fields(model) if _has_words(field)]
    names = admin.site.get_model_admin(model).search_fields
    return [model._meta.get_field(name) for name in names if "__" not in name]


def _has_words(field: Any) -> bool:
    return isinstance(field, models.CharField | models.TextField) and not field.choices


@cache
def _rows_of_records() -> set[Model]:
    return {child for model in snapshots.records() for child, _ in snapshots.children(model)}


def _rows(request: HttpRequest, model: Model) -> list[tuple[Model, Any]]:
    """The kinds of rows in a record's form that have words and that this officer may see."""
    if model not in snapshots.records():
        return []
    return [
        (child, link)
        for child, link in snapshots.children(model)
        if fields_of(child) and request.user.has_perm(_view(child))  # type: ignore[union-attr]
    ]


def _view(model: Model) -> str:
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


def present(request: HttpRequest, model: Model) -> Iterator[Found]:
    """The records of one kind, each with the words of its rows, in a few queries for them all."""
    own = [Field(field) for field in fields_of(model)]
    names = [each.field.attname for each in own]
    may_be_secret = "is_secret_place" in {field.name for field in model._meta.concrete_fields}
    flags = ["is_secret_place"] if may_be_secret else []
    table = models.QuerySet(model).order_by("pk").values_list("pk", *flags, *names)
    rows = _words_of_rows(request, model)
    for key, *values in table:
        is_secret, words = (values[0], values[1:]) if may_be_secret else (False, values)
        fields, further = rows.get(key, ([], []))
        words = without_addresses([*words, *further]) if is_secret else [*words, *further]
        # Tuples of texts cost Python's garbage collector nothing, and there may be thousands.
        yield Found(model, key, [*own, *fields] if fields else own, tuple(words))


def _words_of_rows(
    request: HttpRequest, model: Model
) -> dict[int, tuple[list[Field], list[str | None]]]:
    """The words of the rows in each record's form."""
    of_record: dict[int, tuple[list[Field], list[str | None]]] = {}
    for child, link in _rows(request, model):
        fields = [Field(field, str(child._meta.verbose_name)) for field in fields_of(child)]
        table = models.QuerySet(child).exclude(**{link.attname: None}).order_by("pk")
        names = [each.field.attname for each in fields]
        for key, *words in table.values_list(f"{link.name}__pk", *names):
            known, further = of_record.setdefault(key, ([], []))
            known += fields
            further += words
    return of_record


def deleted(request: HttpRequest) -> Iterator[Found]:
    """What officers deleted and can still restore."""
    labels = {model._meta.label_lower for model in kinds(request)}
    for version in versions.deleted_of(labels):
        yield _of_state(request, version.key, versions.state_of(version))


def _of_state(request: HttpRequest, key: int, state: State) -> Found:
    fields = [Field(field) for field in fields_of(state.model)]
    words = [state.fields.get(each.field.name) for each in fields]
    for child, _ in _rows(request, state.model):
        for row in state.rows.get(child._meta.label_lower, {}).values():
            of_row = [Field(field, str(child._meta.verbose_name)) for field in fields_of(child)]
            fields += of_row
            words += [row.get(each.field.name) for each in of_row]
    if state.fields.get("is_secret_place"):
        words = without_addresses(words)
    return Found(state.model, key, fields, tuple(words), is_deleted=True)
