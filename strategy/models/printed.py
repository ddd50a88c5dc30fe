"""The strategy's own words, as printed. Officers add a comment. Only a draft can be changed."""

import re
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from helphub.content import validators
from helphub.content.entries import language_of_words
from strategy.models.pages import Chapter, FormOfAbuse, text_field
from strategy.models.published import Published
from strategy.models.strategy import (
    carried_from,
    carried_once,
    page_of,
    part_of_strategy,
    validate_same_strategy,
)


class QuotationQuerySet(models.QuerySet):
    def get_by_natural_key(self, reference):
        return self.get(reference=reference)

    def of(self, strategy):
        """The rows of this strategy. Without a strategy there are none."""
        return self.filter(strategy=strategy)

    def for_page(self):
        """Fetch the rows shown beside each quotation, and what their addresses need."""
        beside = {"source", "read_with", "reports_to", "named_in", "form_of_abuse"}
        names = sorted(beside & {field.name for field in self.model._meta.get_fields()})
        strategies = [f"{name}__strategy" for name in names if name != "form_of_abuse"]
        return self.select_related("strategy", *names, *strategies)

    def shown_of(self, strategy):
        return self.of(strategy).for_page()


class Printed(models.Model):
    """The strategy's words exactly as printed, with our own comment."""

    strategy = part_of_strategy("%(class)s_rows")
    # Unique over all strategies, so that no old link leads to another row.
    reference = models.CharField(
        "reference", max_length=10, unique=True, blank=True, editable=False
    )
    carried_from = carried_from()
    words = models.TextField(
        "as printed",
        validators=[validators.validate_characters],
        help_text=(
            "The strategy's own words, exactly. Once it is in force they cannot be changed."
        ),
    )
    section = models.CharField(
        "section of the strategy",
        max_length=120,
        validators=validators.PLAIN,
        help_text="The heading above it in the document.",
    )
    position = models.PositiveSmallIntegerField(
        "order", default=0, help_text="Smaller numbers come first on the page."
    )
    comment = text_field(
        "our comment",
        "What has changed since, or what the quotation means. Shown beside it as our comment.",
        blank=True,
    )

    objects = QuotationQuerySet.as_manager()

    # The slug of the chapter whose page shows these rows.
    chapter_slug = None
    # How the reference of a new row begins.
    prefix = ""

    class Meta:
        abstract = True
        ordering = ["position", "reference"]
        constraints = [carried_once()]

    words_language = property(language_of_words)

    def __str__(self):
        return f"{self.reference}: {self.words[:80]}"

    def save(self, *args, **kwargs):
        if not self.reference:
            self.reference = next_reference(self.prefix)
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        page = page_of(self.strategy, "strategy:chapter-detail", self.chapter_slug)
        return f"{page}#{self.anchor}"

    def clean(self):
        super().clean()
        validate_same_strategy(self)

    def natural_key(self):
        return (self.reference,)

    @property
    def anchor(self):
        return self.reference.lower()


def next_reference(prefix):
    """A reference that no row of any strategy has."""
    numbers = [0]
    for model in [*printed_models(), FormOfAbuse]:
        taken = model._base_manager.filter(reference__startswith=f"{prefix}-")
        for reference in taken.values_list("reference", flat=True):
            numbers += map(int, re.findall(r"-(\d+)$", reference))
    return f"{prefix}-{max(numbers) + 1:02}"


def printed_models():
    """The kinds of rows that a strategy has, besides its chapters."""
    return [
        model
        for model in apps.get_app_config("strategy").get_models()
        if issubclass(model, Printed)
    ]


class Source(Published, Printed):
    """A footnote in the strategy: the source of a figure or claim."""

    number = models.PositiveSmallIntegerField("footnote number")
    url = models.URLField(
        "where to read it",
        max_length=300,
        blank=True,
        help_text=(
            "The strategy prints no address. If you have found the source, enter where. Readers "
            "see it as a link, and it is checked each week. Start with https://."
        ),
    )

    chapter_slug = "sources"
    prefix = "FTN"

    class Meta(Printed.Meta):
        verbose_name = "source (footnote)"
        verbose_name_plural = "sources (footnotes)"
        constraints = [
            *Printed.Meta.constraints,
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="one_source_for_each_footnote",
                violation_error_message="This strategy has a footnote with this number already.",
            ),
        ]


class Quotation(Printed):
    """Printed words, with the footnote that supports them and the period they refer to."""

    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        blank=True,
        null=True,
        verbose_name="footnote",
    )
    period = models.CharField(
        "as at",
        max_length=80,
        blank=True,
        validators=validators.PLAIN,
        help_text="The date or period the quotation refers to. Readers see it beside the text.",
    )

    class Meta(Printed.Meta):
        abstract = True


class Section(NamedTuple):
    """Passages under one heading of the strategy."""

    heading: str
    passages: list

    @property
    def has_summary(self):
        return any(passage.summary for passage in self.passages)


class PassageQuerySet(QuotationQuerySet):
    def sections(self):
        by_heading = groupby(self.for_page(), key=attrgetter("section"))
        return [Section(heading, list(passages)) for heading, passages in by_heading]


class Passage(Quotation):
    """A sentence from the strategy's running text."""

    chapter = models.ForeignKey(
        Chapter, on_delete=models.PROTECT, related_name="passages", verbose_name="chapter"
    )
    summary = models.CharField(
        "in short",
        max_length=200,
        blank=True,
        validators=[validators.validate_text],
        help_text=(
            "In our own words. If a section has any of these, readers see them as a list, and the "
            "quotation is folded below it."
        ),
    )

    objects = PassageQuerySet.as_manager()

    prefix = "TXT"

    class Meta(Printed.Meta):
        verbose_name = "passage"
        verbose_name_plural = "passages"

    def get_absolute_url(self):
        return f"{self.chapter.get_passages_url()}#{self.anchor}"


class Priority(Quotation):
    """One of the strategy's priorities."""

    summary = models.CharField(
        "in short",
        max_length=120,
        blank=True,
        validators=[validators.validate_text],
        help_text="In our own words. Shown above the quotation and on the strategy's first page.",
    )

    chapter_slug = "priorities"
    prefix = "PRI"

    class Meta(Printed.Meta):
        verbose_name = "priority"
        verbose_name_plural = "priorities"


class Principle(Quotation):
    """One of the principles behind the priorities."""

    chapter_slug = "principles"
    prefix = "PRN"

    class Meta(Printed.Meta):
        verbose_name = "principle"
        verbose_name_plural = "principles"


class Standard(Quotation):
    """A set of standards named in the strategy."""

    named_in = models.ForeignKey(
        Passage,
        on_delete=models.PROTECT,
        related_name="standards",
        verbose_name="named in",
    )

    chapter_slug = "standards"
    prefix = "STDS"

    class Meta(Printed.Meta):
        verbose_name = "standard"
        verbose_name_plural = "standards"


class Programme(Quotation):
    """A programme, assessment or order for people who have committed offences."""

    class Agency(models.TextChoices):
        POLICE = "police", _("West Midlands Police")
        PROBATION = "probation", _("Probation")
        YOUTH_OFFENDING = "youth-offending", _("Youth Offending Service")

    agency = models.CharField(
        "agency",
        max_length=20,
        choices=Agency,
        help_text="Readers see the programmes grouped by agency.",
    )

    chapter_slug = "changing-behaviour"
    prefix = "PRG"

    class Meta(Printed.Meta):
        verbose_name = "programme or assessment"
        verbose_name_plural = "programmes and assessments"

    @property
    def agency_name(self):
        """The agency in English, for the template to translate."""
        with override(settings.LANGUAGE_CODE):
            return str(self.get_agency_display())


class BodyQuerySet(QuotationQuerySet):
    def chains(self):
        """The bodies in chains: each answers to the next. No body is in two chains."""
        bodies = {body.pk: body for body in self.for_page()}
        reported_to = {body.reports_to_id for body in bodies.values()}
        # First those that nobody reports to. Bodies that report in a circle come last.
        starts = sorted(bodies, key=lambda key: key in reported_to)
        chains = []
        for key in starts:
            chain = []
            while key in bodies:
                chain.append(bodies.pop(key))
                key = chain[-1].reports_to_id
            chains.append(chain)
        return [chain for chain in chains if chain]


class Body(Quotation):
    """A board or group that governs the strategy, and the body it reports to."""

    current_name = models.CharField(
        "name today",
        max_length=200,
        blank=True,
        validators=validators.PLAIN,
        help_text="If it is no longer called what the strategy prints. Readers see both names.",
    )
    reports_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="reporting_bodies",
        blank=True,
        null=True,
        verbose_name="reports to",
        help_text="Shown as an arrow to that body. Leave empty if it reports to no body here.",
    )
    replaced_by = models.CharField(
        "replaced by",
        max_length=200,
        blank=True,
        validators=validators.PLAIN,
        help_text="If it no longer exists: the body that does its work now.",
    )
    known_on = models.DateField(
        "as at",
        blank=True,
        null=True,
        help_text="The day for which we know this. Readers see it in the box.",
    )

    objects = BodyQuerySet.as_manager()

    chapter_slug = "governance"
    prefix = "BODY"

    class Meta(Printed.Meta):
        verbose_name = "body"
        verbose_name_plural = "bodies"

    @property
    def name(self):
        return self.current_name or self.words
