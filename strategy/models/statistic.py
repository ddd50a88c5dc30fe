"""The strategy's figures, with their pictures and any newer figure."""

from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from modeltranslation.utils import build_localized_fieldname

from helphub.content import validators
from strategy import pictures
from strategy.models.pages import Chapter, text_field
from strategy.models.printed import Printed, Quotation, QuotationQuerySet
from strategy.models.strategy import page_of

CANNOT_DRAW = {
    pictures.Measure.SHARE: "Write a share of at most 100%, such as 1 in 5, 7.5% or 10-15%.",
    pictures.Measure.GROWTH: (
        "Write a growth of at most 100%, such as over 40%, and under “as at” the two years, such "
        "as 2014 to 2019."
    ),
    pictures.Measure.COUNT: "Write two numbers, the smaller one first, such as 420-450.",
}
NO_PICTURE = "If it is printed in another way, leave “what the figure is” empty: no picture."


class Subject(NamedTuple):
    """Statistics under one heading of the strategy: figures, and sentences without a figure."""

    heading: str
    figures: list
    in_words: list


class StatisticQuerySet(QuotationQuerySet):
    def newer(self):
        """Those with a newer figure that stands apart."""
        return [row for row in self.for_page() if row.has_newer_apart]

    def subjects(self):
        subjects = []
        for heading, rows in groupby(self.for_page(), key=attrgetter("section")):
            statistics = list(rows)
            figures = [row for row in statistics if row.has_figure]
            in_words = [row for row in statistics if not row.has_figure]
            subjects.append(Subject(heading, figures, in_words))
        return subjects


class Statistic(Quotation):
    """A figure in the strategy: who it counts, when, its source, and any newer figure."""

    figure = models.CharField("figure as printed", max_length=60)
    population = models.CharField(
        "who it counts",
        max_length=200,
        validators=validators.PLAIN,
        help_text="As the strategy or its source puts it. Readers see it with the quotation.",
    )
    claim = models.CharField(
        "what it says",
        max_length=200,
        blank=True,
        validators=[validators.validate_text],
        help_text=(
            "In our own words, in the past tense: the heading over the picture. Put two stars on "
            "each side of the figure and whom it counts, and readers see them large: **1 in 5 "
            "women**."
        ),
    )
    measure = models.CharField(
        "what the figure is",
        max_length=10,
        choices=pictures.Measure,
        blank=True,
        help_text="This decides how the figure is drawn. Leave empty for no picture.",
    )
    caption = models.CharField(
        "words under the picture",
        max_length=250,
        blank=True,
        validators=[validators.validate_text],
        help_text="In our own words: who was asked or counted, where, and in which year.",
    )
    citation = models.CharField("cited in the text as", max_length=80, blank=True)
    read_with = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        blank=True,
        null=True,
        verbose_name="the strategy's own caution",
        help_text="Shown with this figure wherever it appears.",
    )
    newer_value = models.CharField(
        "newer figure as a number",
        max_length=20,
        blank=True,
        validators=validators.PLAIN,
        help_text="For its picture: 15.9%, or 1 in 6. Leave empty for no picture.",
    )
    newer_caption = models.CharField(
        "words under the newer picture",
        max_length=250,
        blank=True,
        validators=[validators.validate_text],
        help_text="As under the older one: who was asked or counted, where, and in which year.",
    )
    newer_figure = text_field(
        "newer figure", "In our own words. Say who it counts and when.", blank=True
    )
    newer_source = models.CharField(
        "source of the newer figure",
        max_length=200,
        blank=True,
        validators=[validators.validate_text],
        help_text="Who published the newer figure, and when. Readers see it among the notes.",
    )
    not_comparable = text_field(
        "why the two may not be comparable",
        "For example: another age group, or other questions. Shown beside the newer figure.",
        blank=True,
    )
    newer_is_comparable = models.BooleanField(
        "the two may be compared",
        default=False,
        help_text=(
            "Tick only if both count the same people and ask the same questions. Then the newer "
            "one stands beside the strategy's, on the same scale. If not, it stands apart, on the "
            "page of newer figures, with the reason."
        ),
    )

    objects = StatisticQuerySet.as_manager()

    chapter_slug = Chapter.FIGURES
    prefix = "STA"

    class Meta(Printed.Meta):
        verbose_name = "statistic"
        verbose_name_plural = "statistics"

    def clean(self):
        super().clean()
        if self.measure in CANNOT_DRAW and not self.picture:
            # Only a draft's figure can be changed.
            field = "figure" if self.strategy.is_draft else "measure"
            words = f"We cannot draw “{self.figure}”. {CANNOT_DRAW[self.measure]} {NO_PICTURE}"
            raise ValidationError({field: words})
        if self.newer_figure and not self.newer_source:
            raise ValidationError({"newer_source": "Say who published the newer figure, and when."})
        if self.newer_figure and not (self.not_comparable or self.newer_is_comparable):
            raise ValidationError(
                {
                    "newer_is_comparable": (
                        "Say why the two may not be compared, or tick this if they may be."
                    )
                }
            )
        if self.newer_value and not (self.newer_figure and self.newer_caption):
            raise ValidationError(
                "The newer picture also needs the words under it, and the newer figure in words."
            )
        if self.newer_value and not self.newer_picture:
            raise ValidationError(
                {"newer_value": "We cannot draw this. Write a share, such as 15.9% or 1 in 6."}
            )
        if self.newer_is_comparable:
            self._clean_comparison()
        columns = [build_localized_fieldname("claim", code) for code, _ in settings.LANGUAGES]
        if ended := [column for column in columns if (getattr(self, column) or "").endswith(".")]:
            raise ValidationError(
                dict.fromkeys(ended, "Leave out the full stop: other words may follow.")
            )

    def _clean_comparison(self):
        """What stands beside the strategy's figure is drawn on its scale, and needs no excuse."""
        problem = ""
        if self.not_comparable:
            problem = "You also say why they may not be. Untick this, or remove the reason."
        elif not (self.newer_picture and isinstance(self.picture, pictures.SHARES)):
            problem = (
                "Only two shares can be drawn on one scale, such as 7.5% and 8%. Untick this, or "
                "enter the newer figure as a number."
            )
        if problem:
            raise ValidationError({"newer_is_comparable": problem})

    def get_newer_url(self):
        return f"{page_of(self.strategy, 'strategy:newer')}#{self.anchor}"

    @property
    def has_newer_apart(self):
        """Whether it has a newer figure that readers are told not to compare."""
        return bool(self.newer_figure) and not self.newer_is_comparable

    @property
    def drawn(self):
        """Its picture and the newer one, which is None unless the two may be compared."""
        if self.newer_is_comparable and self.picture and self.newer_picture:
            return pictures.on_one_scale(self.picture, self.newer_picture)
        return self.picture, None

    @property
    def has_figure(self):
        """Whether the printed figure contains a number. Some say outright that there is none."""
        return any(character.isdigit() for character in self.figure)

    @property
    def picture(self):
        return pictures.draw(self.measure, self.figure, self.period)

    @property
    def newer_picture(self):
        return pictures.draw(pictures.Measure.SHARE, self.newer_value)
