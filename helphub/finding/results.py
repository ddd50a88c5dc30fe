"""What was found, kind by kind, and in which order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import override

from helphub.content.entries import Page
from helphub.dashboard.questions import BEHIND, SITE
from helphub.editions.standing import Standing
from helphub.finding.asked import NAMED_BY_TOKEN, Asked
from helphub.finding.texts import Field, Found, deleted, kinds, present
from helphub.history import snapshots, versions

TITLES = {"auth.user": "Officers"}
NAMES = {"slug", "line"}  # The fields by which an address or a token names a record.
EXACT, BEGINS, IN_NAME, ELSEWHERE = range(4)


@dataclass
class Hit:
    """A record that has what was typed."""

    found: Found
    title: str
    rank: int
    places: list[dict[str, Any]] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    url: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)  # (words, address)


@dataclass
class Group:
    """The records of one kind."""

    model: type[models.Model]
    hits: list[Hit]

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def title(self) -> str:
        return TITLES.get(self.label) or capfirst(str(self.model._meta.verbose_name_plural))


def groups(request: HttpRequest, asked: Asked, compared: Standing | None) -> list[Group]:
    """Everything that was found, kind by kind, the best kinds first."""
    by_model: dict[type[models.Model], list[Found]] = {}
    everything = (found for model in kinds(request) for found in present(request, model))
    for found in _matching(asked, everything):
        by_model.setdefault(found.model, []).append(found)
    for found in _matching(asked, deleted(request)):
        by_model.setdefault(found.model, []).append(found)
    names = _names(by_model, compared)
    made = [
        Group(model, sorted((_hit(asked, found, names) for found in founds), key=_order))
        for model, founds in by_model.items()
    ]
    return sorted(made, key=_order_of_group)


def _order_of_group(group: Group) -> tuple[int, int]:
    rank = group.hits[0].rank if group.model in snapshots.records() else ELSEWHERE
    return rank, _order_of_kinds().get(group.label, len(_order_of_kinds()))


@cache
def _order_of_kinds() -> dict[str, int]:
    """The kinds as the first page has them: in readers' order."""
    labels = [part for _, parts in [*SITE, *BEHIND] for part in parts if isinstance(part, str)]
    return {label: number for number, label in enumerate(labels)}


def _order(hit: Hit) -> tuple[bool, int, str]:
    return hit.found.is_deleted, hit.rank, hit.title.casefold()


def _matching(asked: Asked, everything: Iterator[Found]) -> Iterator[Found]:
    for found in everything:
        joined = "\n".join(filter(None, found.words)).lower()
        may_be_named = any(name in joined for name in asked.names)
        if asked.has_all(joined) or (may_be_named and _is_named(asked, found)):
            yield found


def _is_named(asked: Asked, found: Found) -> bool:
    """Whether the record has the address, or the token, that was typed."""
    if asked.token:
        kind, name = asked.token
        named_by = NAMED_BY_TOKEN.get(kind, [])
        label = found.model._meta.label_lower
        return any(
            (label, each.field.name) in named_by and text == name for each, text in own(found)
        )
    return bool(asked.path) and asked.path == _address(asked, found)


def own(found: Found) -> Iterator[tuple[Field, str]]:
    return ((each, text) for each, text in found.texts() if not each.row)


def _address(asked: Asked, found: Found) -> str:
    """The address of the record's own page, if it can be the one that was typed."""
    if not issubclass(found.model, Page):
        return ""
    slug = next((text for each, text in own(found) if each.field.name == "slug"), "")
    if slug not in asked.path:
        return ""
    with override("en"):
        return found.model(slug=slug).get_absolute_url()  # type: ignore[attr-defined]


def _names(
    by_model: dict[type[models.Model], list[Found]], compared: Standing | None
) -> dict[tuple[str, int], str]:
    """How officers know these records."""
    newest = compared.newest if compared else {}
    names = {name: version.name for name, version in newest.items()}
    known = {label for label, _ in names}
    others = {model._meta.label_lower for model in by_model} - known
    rows = versions.newest(label__in=others).values_list("label", "key", "name")
    names |= {(label, key): name for label, key, name in rows}
    for model, founds in by_model.items():
        # Accounts, for example, have no versions.
        unnamed = [found.key for found in founds if found.name not in names]
        rows = model._base_manager.in_bulk(unnamed) if unnamed else {}
        names |= {(model._meta.label_lower, key): str(row) for key, row in rows.items()}
    return names


def _hit(asked: Asked, found: Found, names: dict[tuple[str, int], str]) -> Hit:
    title = names.get(found.name, f"{found.model._meta.verbose_name} {found.key}")
    lowered, typed = title.lower(), asked.typed.lower()
    if _is_named(asked, found) or typed == lowered or _is_called(asked.typed, found):
        rank = EXACT
    elif lowered.startswith(typed):
        rank = BEGINS
    else:
        is_in_name = asked.has_all(lowered) or (asked.is_number and _is_line(asked, found))
        rank = IN_NAME if is_in_name else ELSEWHERE
    return Hit(found, title, rank)


def _is_called(typed: str, found: Found) -> bool:
    """Whether this is its short name."""
    return typed in found.words and any(
        each.field.name in NAMES and text == typed for each, text in own(found)
    )


def _is_line(asked: Asked, found: Found) -> bool:
    """Whether it is the line whose number was typed."""
    return any(each.field.name == "dial" and asked.has_all(text) for each, text in own(found))
