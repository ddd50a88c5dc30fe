"""What an officer writes, in order, and publishes."""

import re
import unicodedata
from functools import cache
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language, override
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from helphub.content import clock, intervals, validators

# Titles and addresses stay in the phone's history, tabs and suggestions. Someone looking over the
# reader's shoulder must not learn what was read. Matched at the start of a word.
DENIED_IN_TITLES = """
    rape assault abus violen sex victim surviv perpetrat offend sarc isva refuge police exit
    harass groom exploit traffick coerc upskirt nude porn revenge fgm mutilat genital stalk
    forced honour domestic safeguard
"""
DENIED_PATTERN = re.compile(
    rf"(?<![^\W\d_])({'|'.join(DENIED_IN_TITLES.split())})[^\W\d_]*", re.IGNORECASE
)


def validate_neutral(value: str) -> None:
    """Refuse a title or an address that gives away the site's subject."""
    # Check how it looks, not how it is encoded: no invisible characters, plain letters only.
    visible = validators.UNSAFE_CHARACTERS.sub("", unicodedata.normalize("NFKC", value))
    visible = validators.JOINERS.sub("", visible)
    if match := DENIED_PATTERN.search(visible):
        raise ValidationError(
            (
                "Leave out “%(word)s”: this stays in the phone's history, where someone else may "
                "read it. Put it in the heading instead."
            ),
            code="not_neutral",
            params={"word": match.group()},
        )


def language_of_words(row: models.Model, field: str = "") -> str:
    """The language that a text of a row is shown in: the reader's if translated, otherwise English.

    Without a field it is about the whole row, which is in the reader's language if all of it is.
    """
    language = get_language()
    columns = _columns(type(row), language)
    for english, own in [columns[field]] if field in columns else columns.values():
        if getattr(row, english) and not getattr(row, own):
            return "en"
    return language


@cache
def _columns(model: type[models.Model], language: str) -> dict[str, tuple[str, str]]:
    """For each text of a model, its column names in English and in the given language."""
    return {
        field: (build_localized_fieldname(field, "en"), build_localized_fieldname(field, language))
        for field in translated_fields(model)
    }


def translated_fields(model: type[models.Model]) -> tuple[str, ...]:
    """The names of the fields that a model has in every language."""
    options: Any = translator.get_options_for_model(model)
    return options.fields


class Gone(Http404):
    """An address whose page is no longer kept."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        super().__init__(page.title)


class Away(Gone):
    """An address whose page readers have had, and will have again from its first day."""


class EntryQuerySet(models.QuerySet[Any]):
    """Queries shared by every kind of entry."""

    def published(self) -> Self:
        """Entries that readers may see today. This is the only definition of that."""
        today = clock.today()
        entries = self.filter(
            models.Q(starts_on=None) | models.Q(starts_on__lte=today),
            models.Q(ends_on=None) | models.Q(ends_on__gte=today),
            is_published=True,
        )
        return entries.filter(is_archived=False) if issubclass(self.model, Page) else entries

    def no_longer_kept(self) -> Self:
        """Pages that readers could once see. Their addresses now say where to go."""
        is_over = models.Q(is_archived=True) | models.Q(ends_on__lt=clock.today())
        return self.filter(is_over, is_published=True)

    def away(self) -> Self:
        """Pages that readers have had, and will have again from their first day.

        Only an edition knows them. A page that readers never had must not show before its day.
        """
        later = self.filter(is_coming_back=True, starts_on__gt=clock.today(), is_published=True)
        return later.filter(is_archived=False)

    def shown_or_gone(self, **lookup: Any) -> Any:
        """The matching entry, if readers may see it. Raises Gone or Away if they once could."""
        entry = self.published().filter(**lookup).first()
        if entry is None:
            pages = self.model._default_manager
            if gone := pages.no_longer_kept().filter(**lookup).first():
                raise Gone(gone)
            away = pages.away().filter(**lookup).first()
            raise Away(away) if away else Http404
        return entry

    def get_by_natural_key(self, slug: str) -> Any:
        return self.get(slug=slug)


class Entry(models.Model):
    """Something an officer writes, orders, checks and publishes."""

    slug = models.SlugField(
        "short name in the web address",
        max_length=60,
        unique=True,
        help_text=(
            "Lower-case letters, digits and hyphens. Do not change it once people have the address."
        ),
    )
    position = models.PositiveSmallIntegerField(
        "order", default=0, help_text="Lower numbers come first."
    )
    is_published = models.BooleanField(
        "visible to readers",
        default=False,
        help_text="Tick to show this to readers, untick to hide it. Takes effect when published.",
    )
    reviewed_on = models.DateField(
        "last checked on",
        blank=True,
        null=True,
        help_text="The date someone last read this through and found it correct.",
    )

    starts_on = models.DateField(
        "first day",
        blank=True,
        null=True,
        help_text="Readers see this from this date. If empty, as soon as it is published.",
    )
    ends_on = models.DateField(
        "last day",
        blank=True,
        null=True,
        help_text="The last day that readers see this. If empty, it stays.",
    )

    # It has the methods of the queryset, which mypy cannot tell without Django's plugin.
    objects: ClassVar[Any] = EntryQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "slug"]

    def clean(self) -> None:
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError(
                {"ends_on": "This is before the first day. Choose a later day, or leave it empty."}
            )

    @property
    def is_shown(self) -> bool:
        """Whether readers may see it today. The same rule as published(), for a single entry."""
        has_begun = self.starts_on is None or clock.has_come(self.starts_on)
        is_over = self.ends_on is not None and clock.has_come(self.ends_on + clock.DAY)
        return self.is_published and has_begun and not is_over

    @property
    def is_check_due(self) -> bool:
        """Whether so much time has passed since the last check that readers are told."""
        return self.reviewed_on is not None and clock.has_come(self.reviewed_on + intervals.PAGES)

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    words_language = property(language_of_words)


def validate_moved_to(page: "Page") -> None:
    """Refuse an address that is not a page of this site, in English."""
    with override(settings.LANGUAGE_CODE):
        try:
            match = resolve(page.moved_to)
        except Resolver404:
            match = None
        is_list = match and not match.kwargs and match.url_name and "admin" not in match.namespaces
        is_list = match and is_list and page.moved_to == reverse(match.view_name)
        is_there = is_list or _is_address_of_another(page)
    if not is_there:
        raise ValidationError(
            {
                "moved_to": (
                    "There is no such page. Copy the part of its address after the site's name, "
                    "such as /guides/consent/ or /services/."
                )
            }
        )


def _is_address_of_another(page: "Page") -> bool:
    """Whether another published page has the address in `moved_to`."""
    # A page's slug is in its address, but for the home page. So there is no need to read all.
    slugs = {"home", *page.moved_to.split("/")}
    return any(
        other.get_absolute_url() == page.moved_to
        for model in apps.get_models()
        if issubclass(model, Page)
        # mypy does not know the queryset's methods, as above.
        for other in model._default_manager.published().filter(slug__in=slugs)  # type: ignore[attr-defined]
        if (type(other), other.pk) != (type(page), page.pk)
    )


class Page(Entry):
    """An entry with its own page: a plain heading, a neutral title and a neutral address."""

    name = models.CharField(
        "heading",
        max_length=120,
        validators=[validators.validate_text],
        help_text="The heading on the page. Say plainly what the page is about.",
    )
    title = models.CharField(
        "title in tabs and history",
        max_length=70,
        unique=True,
        validators=[validate_neutral, validators.validate_text],
        help_text=(
            "Shown in English in the browser's tab and history and on printouts. It must say "
            "which page this is without giving the subject away."
        ),
    )

    is_archived = models.BooleanField(
        "archived",
        default=False,
        help_text=(
            "Takes the page out of every list and search. Anyone using its address is kindly told "
            "that the page is no longer kept, and where to go instead."
        ),
    )
    moved_to = models.CharField(
        "where to go instead",
        max_length=200,
        blank=True,
        help_text=(
            "Where to point readers once the page is archived or past its last day: an address on "
            "this site, such as /guides/consent/. If empty, the list that the page was in."
        ),
    )

    # Set in editions alone, if readers have had it and its first day is to come.
    is_coming_back = models.BooleanField("coming back", default=False, editable=False)

    # The list that contains these entries, by the name of its address.
    list_name = "home"

    class Meta(Entry.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def is_shown(self) -> bool:
        return super().is_shown and not self.is_archived

    def clean(self) -> None:
        super().clean()
        if self.moved_to:
            validate_moved_to(self)
        try:
            validate_neutral(self.slug.replace("-", " "))
        except ValidationError as error:
            raise ValidationError({"slug": error}) from error
