"""What we wrote around the strategy: topics, guides, and the chapters' own pages."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from modeltranslation.utils import build_localized_fieldname

from helphub.content import memory, tokens, validators
from helphub.content.entries import EntryQuerySet, Page
from strategy.models.strategy import (
    FIRST,
    Strategy,
    carried_from,
    carried_once,
    page_of,
    part_of_strategy,
)

# Guides whose page has a fixed address, and the URL name of that address.
FIXED_PAGES = {
    "home": "home",
    "help-now": "help-now",
    "using-this-site": "using-this-site",
    "accessibility": "accessibility",
    "privacy": "privacy",
}

# What else has an address beside the chapters.
NOT_CHAPTERS = {"impact", "contacts", "newer", "local-data", "reports"}

# The guides that every page links to. They keep their address and stay published.
LINKED_GUIDES = [*FIXED_PAGES, "own-behaviour"]


def text_field(label, help_text, **options):
    """Text that officers write. Refuses typed numbers, unknown tokens and invisible characters."""
    return models.TextField(
        label, help_text=help_text, validators=[validators.validate_text], **options
    )


CONTENT_NOTE = {
    "verbose_name": "content note",
    "max_length": 200,
    "blank": True,
    "validators": [validators.validate_text],
    "help_text": "Say in one line what a difficult page talks about, so that readers can choose.",
}


class PageQuerySet(EntryQuerySet):
    """Queries for entries that texts link to with a token."""

    def links(self, slugs):
        """The links that replace tokens, by slug. Published pages only."""
        pages = memory.rows(
            f"{self.model._meta.label} linked {sorted(slugs)}",
            lambda: list(self.published().filter(slug__in=slugs)),
        )
        return {page.slug: tokens.link(page.get_absolute_url(), page.name) for page in pages}

    def names(self, slugs):
        """The names of the pages with these slugs, published or not."""
        return {page.slug: page.name for page in self.filter(slug__in=slugs)}


# On these pages the local number comes after the summary, and no number may come before it.
NUMBER_AFTER_SUMMARY = ("home", "help-now")
NO_TOKENS = (
    "On this page the local number comes first, so the summary cannot name a number or a page in "
    "braces. Put it in the text below."
)


def who_can_help(page):
    """The suggestions on a topic or guide, with what the services' cards show."""
    name = f"who can help on {page._meta.label} {page.pk}"
    return memory.rows(name, lambda: page.suggestions.for_page())


class GuideQuerySet(PageQuerySet):
    def doors(self):
        """The published guides that have a link on the home page."""
        return self.published().exclude(door_en="").exclude(door_en=None)

    def under_guides(self):
        """Guides with an address under /guides/."""
        return self.published().exclude(slug__in=FIXED_PAGES)

    def for_listing(self):
        """The same guides without the own-behaviour wing."""
        return self.under_guides().filter(is_own_behaviour=False)

    def at(self, slug):
        """The published guide with this slug, or None if nothing is loaded yet."""
        return memory.rows(f"guide at {slug}", lambda: self.published().filter(slug=slug).first())


class Guide(Page):
    """A page of advice in our own words."""

    summary = models.CharField(
        "summary",
        max_length=250,
        blank=True,
        validators=[validators.validate_text],
        help_text="One or two sentences, shown under the heading and in lists.",
    )
    content_note = models.CharField(**CONTENT_NOTE)
    body = text_field(
        "text",
        (
            "An empty line starts a new paragraph. ## starts a heading, ### a heading that readers "
            "open to see the text under it, - a bullet and 1. a step, and **two stars** make text "
            "bold. Write a number as {h-spoc}, a guide as {guide:consent} and a topic as "
            "{topic:pictures}. A number in a paragraph of its own becomes a button. Never type a "
            "phone number."
        ),
    )
    door = models.CharField(
        "link on the home page",
        max_length=80,
        blank=True,
        validators=[validators.validate_text],
        help_text="In a reader's words: “It has just happened”. Leave empty for no link.",
    )
    is_own_behaviour = models.BooleanField(
        "for people worried about their own behaviour",
        default=False,
        help_text="Kept separate: reached only by its link on the home page and from the menu.",
    )

    objects = GuideQuerySet.as_manager()

    list_name = "strategy:guide-list"

    class Meta(Page.Meta):
        verbose_name = "guide"
        verbose_name_plural = "guides"

    def clean(self):
        super().clean()
        columns = [build_localized_fieldname("summary", code) for code, _ in settings.LANGUAGES]
        if self.slug in NUMBER_AFTER_SUMMARY:
            named = [column for column in columns if tokens.tokens_of(getattr(self, column) or "")]
            if named:
                raise ValidationError(dict.fromkeys(named, NO_TOKENS))

    def get_absolute_url(self):
        if self.slug in FIXED_PAGES:
            return reverse(FIXED_PAGES[self.slug])
        return reverse("strategy:guide-detail", args=[self.slug])


class ChapterQuerySet(PageQuerySet):
    """A chapter of a draft is for nobody but officers."""

    def get_by_natural_key(self, slug, strategy=FIRST):
        return self.get(slug=slug, strategy=strategy)

    def published(self):
        chapters = super().published().select_related("strategy")
        return chapters.exclude(strategy__state=Strategy.State.DRAFT)

    def in_force(self):
        """The published chapters of the strategy in force."""
        return self.published().filter(strategy__state=Strategy.State.IN_FORCE)

    def of_figures(self, strategy):
        """The published chapter of a strategy's figures, or None."""
        return self.published().filter(strategy=strategy, slug=Chapter.FIGURES).first()


class Chapter(Page):
    """A part of the strategy that has its own page."""

    OVERVIEW = "overview"
    # With its figures and its passages one page would be too much: the passages have their own.
    FIGURES = "evidence"

    strategy = part_of_strategy("chapters")
    slug = models.SlugField(
        "short name in the web address",
        max_length=60,
        help_text=(
            "Lower-case letters, digits and hyphens. Give a chapter the same as in the earlier "
            "strategy if it is about the same: then old links lead to it."
        ),
    )
    carried_from = carried_from()
    summary = models.CharField(
        "summary",
        max_length=200,
        blank=True,
        validators=[validators.validate_text],
        help_text="One sentence, shown under the name in the list of chapters.",
    )
    introduction = text_field(
        "introduction",
        "In our own words and plain English. Shown above the strategy's text.",
        blank=True,
    )
    content_note = models.CharField(**CONTENT_NOTE)

    objects = ChapterQuerySet.as_manager()

    list_name = "strategy:chapter-list"

    class Meta(Page.Meta):
        verbose_name = "chapter of the strategy"
        verbose_name_plural = "chapters of the strategy"
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "slug"],
                name="one_chapter_for_each_address",
                violation_error_message="This strategy has a chapter with this address already.",
            ),
            carried_once(),
        ]

    def clean(self):
        super().clean()
        if self.slug and (self.slug in NOT_CHAPTERS or not any(map(str.isalpha, self.slug))):
            raise ValidationError({"slug": "The site needs this address. Choose another one."})

    def natural_key(self):
        return (self.slug,) if self.strategy_id == FIRST else (self.slug, self.strategy_id)

    def get_absolute_url(self):
        if self.slug == self.OVERVIEW:
            return self.strategy.get_absolute_url()
        return page_of(self.strategy, "strategy:chapter-detail", self.slug)

    def get_passages_url(self):
        """The page with its passages."""
        if self.slug == self.FIGURES:
            return page_of(self.strategy, "strategy:impact")
        return self.get_absolute_url()

    @property
    def is_shown(self):
        return super().is_shown and not self.strategy.is_draft


class FormOfAbuseQuerySet(PageQuerySet):
    def in_the_strategy(self):
        """The published forms of abuse that the strategy itself lists."""
        return self.published().exclude(reference=None)


class FormOfAbuse(Page):
    """A topic: a form of abuse named in the strategy, or another area of its help hub."""

    reference = models.CharField(
        "reference", max_length=10, unique=True, blank=True, null=True, editable=False
    )
    words = models.TextField(
        "as printed",
        blank=True,
        help_text=(
            "What the strategy of about 2021 says of this form of abuse. It is never edited. The "
            "words of a later strategy are in “Forms of abuse as printed”."
        ),
    )
    comment = text_field(
        "our comment on the printed words", "Shown beside the quotation.", blank=True
    )
    summary = models.CharField(
        "summary",
        max_length=200,
        validators=[validators.validate_text],
        help_text="One sentence, shown under the name in the list of topics.",
    )
    content_note = models.CharField(**CONTENT_NOTE)
    description = text_field("what it is", "A few short sentences.")
    signs = text_field("this can look like", "One example on each line.")
    reassurance = text_field("it is not your fault", "A few short sentences.")
    actions = text_field(
        "what you can do now", "One choice on each line. Offer choices, not orders."
    )

    objects = FormOfAbuseQuerySet.as_manager()

    list_name = "strategy:form-of-abuse-list"

    class Meta(Page.Meta):
        verbose_name = "topic"
        verbose_name_plural = "topics"

    def get_absolute_url(self):
        return reverse("strategy:form-of-abuse-detail", args=[self.slug])

    @property
    def anchor(self):
        return self.reference.lower()

    @property
    def topic(self):
        """As a form of abuse that a later strategy prints says which topic it is."""
        return self
