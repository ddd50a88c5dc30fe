"""The parts of a strategy, old and new side by side, and what is still missing."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from modeltranslation.utils import build_localized_fieldname

from helphub.content.diff import word_difference
from helphub.content.entries import translated_fields
from strategy import models
from strategy.models import Chapter, FormAsPrinted, FormOfAbuse, Guide, forms_of_abuse

# In an order in which all can be carried over: first what others belong to.
PARTS = [
    Chapter,
    models.Source,
    models.Passage,
    models.Statistic,
    models.Priority,
    models.Principle,
    FormAsPrinted,
    models.Standard,
    models.Programme,
    models.Body,
    models.Document,
    models.HubArea,
    models.ContactLine,
]


@dataclass
class Pair:
    """A row of the old strategy and its copy in the new one. One of them may be missing."""

    old: Any = None
    new: Any = None

    @property
    def parts(self):
        """The printed words of both, compared."""
        return word_difference(words_of(self.old).split(), words_of(self.new).split())

    @property
    def is_changed(self):
        return words_of(self.old) != words_of(self.new)

    @property
    def new_name(self):
        return self.new.slug if isinstance(self.new, Chapter) else self.new.reference

    @property
    def new_url(self):
        options = self.new._meta
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[self.new.pk])


def words_of(row):
    """What the document says. Of a chapter, its name: the page is ours."""
    if row is None:
        return ""
    return row.name if isinstance(row, Chapter) else row.words


@dataclass
class Part:
    """One kind of rows of both strategies."""

    model: Any
    pairs: list[Pair]

    @property
    def name(self):
        return self.model._meta.model_name

    @property
    def title(self):
        return str(self.model._meta.verbose_name_plural)

    @property
    def old(self):
        """How many the old strategy has."""
        return sum(pair.old is not None for pair in self.pairs)

    @property
    def new(self):
        """How many the new strategy has."""
        return sum(pair.new is not None for pair in self.pairs)

    @property
    def left(self):
        """Rows of the old strategy without a copy in the new one."""
        return [pair for pair in self.pairs if pair.new is None]

    @property
    def added(self):
        return [pair for pair in self.pairs if pair.old is None]

    @property
    def carried(self):
        return [pair for pair in self.pairs if pair.old and pair.new]

    @property
    def changed(self):
        return [pair for pair in self.carried if pair.is_changed]

    @property
    def add_url(self):
        return reverse(f"admin:strategy_{self.name}_add")

    @property
    def list_url(self):
        return reverse(f"admin:strategy_{self.name}_changelist")


def rows_of(model, strategy):
    """The rows of one kind that a strategy has."""
    if strategy is None:
        return []
    if model is FormAsPrinted:
        return forms_of_abuse(strategy)
    return list(model._base_manager.filter(strategy=strategy).order_by(*model._meta.ordering))


def part(model, old, draft) -> Part:
    rows = rows_of(model, draft)
    made = {_made_from(row): row for row in rows}
    pairs = [Pair(row, made.pop(_name_of(row), None)) for row in rows_of(model, old)]
    return Part(model, pairs + [Pair(None, row) for row in made.values()])


def _name_of(row):
    return type(row), row.pk


def _made_from(row):
    """What names the row that a row was made from, or itself."""
    if row.carried_from_id:
        return type(row), row.carried_from_id
    if isinstance(row, FormAsPrinted) and row.form_of_abuse_id:
        return FormOfAbuse, row.form_of_abuse_id
    return "new", row.pk


def parts(old, draft) -> list[Part]:
    return [part(model, old, draft) for model in PARTS]


def named(name):
    """The kind of rows with this name in an address."""
    for model in PARTS:
        if model._meta.model_name == name:
            return model
    raise Http404("There is no such part.")


def missing(draft, all_parts) -> list[str]:
    """What the draft needs before it can be in force."""
    rows = {each.model: [pair.new for pair in each.pairs if pair.new] for each in all_parts}
    chapters = {chapter.slug for chapter in rows[Chapter] if chapter.is_published}
    lacking = []
    if Chapter.OVERVIEW not in chapters:
        lacking.append(f"A chapter with the address “{Chapter.OVERVIEW}”: its first page.")
    for each in all_parts:
        slug = getattr(each.model, "chapter_slug", None)
        if rows[each.model] and slug and slug not in chapters:
            lacking.append(f"A chapter with the address “{slug}”, to show the {each.title}.")
    if not rows[models.Priority]:
        lacking.append("The priorities.")
    if not any(rows[models.Passage]):
        lacking.append("The passages: the text of the strategy.")
    if not draft.url:
        lacking.append("The address of the original document.")
    return lacking + [
        f"Read the introduction of “{pair.new.name}” again: it is still the old one."
        for each in all_parts
        if each.model is Chapter
        for pair in each.carried
        if pair.old.introduction and pair.old.introduction == pair.new.introduction
    ]


def must_come_first(draft, all_parts) -> list[str]:
    """What stops it from being in force: without these, readers' links would lead nowhere."""
    return [words for words in missing(draft, all_parts) if words.startswith("A chapter")]


def open_actions(strategy):
    """What was promised under a strategy and is not done. It stays with the strategy."""
    found = models.Action.objects.filter(priority__strategy=strategy)
    return found.exclude(status=models.Action.Status.DONE).order_by("due_on", "slug")


def help_pages() -> list[Any]:
    """Topics and guides, the home page among them, that quote or link to the strategy."""
    found = []
    for model in (Guide, FormOfAbuse):
        names = [build_localized_fieldname(name, "en") for name in translated_fields(model)]
        mentions = Q()
        for name in names:
            mentions |= Q(**{f"{name}__icontains": "strategy"})
        if model is FormOfAbuse:
            mentions |= ~Q(words="") | Q(as_printed__isnull=False)
        found += model._base_manager.filter(mentions).distinct().order_by("position", "slug")
    return [(row, _form(row)) for row in found]


def _form(row):
    options = row._meta
    if not admin.site.is_registered(type(row)):
        return ""
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
