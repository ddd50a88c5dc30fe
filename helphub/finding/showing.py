"""What the page of results shows of each record: where the words are, its state, its links."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import override

from helphub.content import clock
from helphub.content.permissions import SEE, form_of
from helphub.content.registry import Record, content_models
from helphub.editions import standing
from helphub.finding.asked import Asked
from helphub.finding.results import NAMES, Hit
from helphub.finding.texts import Field, Found
from helphub.history import snapshots
from helphub.publishing.pending import WHAT

MOST_SHOWN, AROUND = 3, 70  # Places in a record, and characters beside what was found.


def describe(
    request: HttpRequest, asked: Asked, hits: list[Hit], compared: standing.Standing | None
) -> None:
    """Say where each of these records has what was typed, its state, and where to open it."""
    states = States(hits, compared)
    for hit in hits:
        hit.places = _places(asked, hit.found)
        hit.states = states.of(hit.found)
        hit.url = _url(hit, states.rows.get(hit.found.name))
        hit.links = list(_links(request, hit, states))


def _places(asked: Asked, found: Found) -> list[dict[str, Any]]:
    """The fields that have it, those with most of the words first, each with an excerpt.

    Translations are named only if the English does not have it.
    """
    having = []
    for each, text in found.texts():
        marks = asked.marks(text)
        if not each.row and each.field.name in NAMES and text in asked.names:
            marks = [(0, len(text))]
        if marks:
            different = len({text[start:end].lower() for start, end in marks})
            having.append((different, each, text, marks))
    having.sort(key=lambda place: -place[0])
    in_english = [place for place in having if _language(place[1]) == "en"]
    return [
        {"label": each.label, "excerpt": excerpt(text, marks), "language": _language(each)}
        for _, each, text, marks in (in_english or having)[:MOST_SHOWN]
    ]


def _language(each: Field) -> str:
    return str(getattr(each.field, "language", "en")).replace("_", "-")


def excerpt(text: str, marks: list[tuple[int, int]]) -> list[tuple[bool, str]]:
    """The words around the first mark: pieces of text, and whether each is marked."""
    first = marks[0][0]
    start = max(0, first - AROUND)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    stop = min(len(text), max(marks[0][1], first + AROUND) + AROUND)
    pieces, at = [(False, "… ")] if start else [], start
    for begin, end in marks:
        if begin >= stop:
            break
        pieces += [(False, text[at:begin]), (True, text[begin : min(end, stop)])]
        at = min(end, stop)
    pieces += [(False, text[at:stop] + (" …" if stop < len(text) else ""))]
    return [piece for piece in pieces if piece[1]]


class States:
    """What readers have of the records on a page."""

    def __init__(self, hits: list[Hit], compared: standing.Standing | None) -> None:
        self.compared = compared
        self.rows: dict[tuple[str, int], Any] = {}
        by_model: dict[type[models.Model], list[int]] = {}
        for hit in hits:
            if not hit.found.is_deleted:
                by_model.setdefault(hit.found.model, []).append(hit.found.key)
        for model, keys in by_model.items():
            rows = model._base_manager.in_bulk(keys)
            self.rows |= {(model._meta.label_lower, key): row for key, row in rows.items()}

    @cached_property
    def withdrawn(self) -> set[tuple[str, int]]:
        """What is withdrawn, and the records with a row that is."""
        names = self.compared.withdrawn if self.compared else set()
        own = {model._meta.label_lower for model in snapshots.records()}
        return {name if name[0] in own else standing.record_with(name) for name in names}

    def of(self, found: Found) -> list[str]:
        if found.is_deleted:
            return ["Deleted", *self._waiting(found)]
        if found.model not in content_models():
            return ["Only officers see this"]
        row = self.rows.get(found.name)
        states = []
        if found.name in self.withdrawn:
            states.append("Withdrawn")
        if getattr(row, "is_archived", False):
            states.append("Archived")
        if not states and self.is_published(found):
            states.append(self._days(row) or "Published")
        elif not states and not getattr(row, "is_published", True):
            states.append("Draft: not visible to readers")
        return states + self._waiting(found)

    def _days(self, row: Any) -> str:
        today = clock.today()
        if getattr(row, "starts_on", None) and row.starts_on > today:
            return f"From {row.starts_on:%-d %B %Y}"
        if getattr(row, "ends_on", None) and row.ends_on < today:
            return f"Not shown since {row.ends_on:%-d %B %Y}"
        return ""

    def _waiting(self, found: Found) -> list[str]:
        what = self.waits(found)
        return [f"Waiting: {WHAT[what][:1].lower()}{WHAT[what][1:]}"] if what else []

    def waits(self, found: Found) -> str:
        """What publishing it would do, or "" if nothing."""
        waiting = self.compared.waiting.get(found.name) if self.compared else None
        return waiting.what if waiting else ""

    def is_published(self, found: Found) -> bool:
        """Whether readers have it. Without an edition they see whatever is saved."""
        if self.compared is None or self.compared.folder is None:
            return getattr(self.rows.get(found.name), "is_published", True)
        return found.name in self.compared.in_edition

    def is_shown(self, found: Found) -> bool:
        """Whether its page is on the site today."""
        row = self.rows.get(found.name)
        is_withdrawn = found.name in self.withdrawn
        return getattr(row, "is_shown", True) and not is_withdrawn and self.is_published(found)


def _links(request: HttpRequest, hit: Hit, states: States) -> Iterator[tuple[str, str]]:
    """Where else to open it: (words, address). Its title opens its form."""
    found, user = hit.found, request.user
    if found.is_deleted:
        return
    row = states.rows.get(found.name)
    if found.model in content_models():
        if states.is_shown(found) and hasattr(row, "get_absolute_url"):
            with override("en"):
                yield "Page on the site", row.get_absolute_url()
        is_draft = not getattr(row, "is_published", True)
        if (is_draft or states.waits(found)) and user.has_perm(SEE):  # type: ignore[union-attr]
            url = reverse("publishing:waiting-entry", args=found.name)
            yield "What changed, and how it will look", url
    if found.model in snapshots.records():
        yield "History", reverse("history:history", args=found.name)


def _url(hit: Hit, row: Any) -> str:
    """The address that a result's title leads to: its form, or its history if it is deleted."""
    found = hit.found
    if found.is_deleted:
        return reverse("history:history", args=found.name)
    if found.model not in snapshots.records() and hasattr(row, "get_absolute_url"):
        return row.get_absolute_url()
    return form_of(Record(*found.name, hit.title))
