"""The strategy itself: one is in force, the next is a draft, and earlier ones stay readable."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from helphub.content import memory, validators

# The address of the strategy that the site began with. Rows that name none belong to it.
FIRST = "2021"
YEARS = RegexValidator(
    r"^(19|20)\d\d(-(19|20)\d\d)?$",
    "Write the year or years of the strategy and nothing else: 2030, or 2030-2033.",
)


class StrategyQuerySet(models.QuerySet):
    def get_by_natural_key(self, slug):
        return self.get(slug=slug)

    def in_force(self):
        """The strategy that readers are shown, or None."""
        return memory.rows(
            "strategy in force", lambda: self.filter(state=Strategy.State.IN_FORCE).first()
        )

    def draft(self):
        """The strategy that is being prepared, or None."""
        return self.filter(state=Strategy.State.DRAFT).first()

    def replaced(self):
        return self.filter(state=Strategy.State.REPLACED)


class Strategy(models.Model):
    """A strategy of the borough, for some years."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft: readers see nothing of it"
        IN_FORCE = "in-force", "in force: readers see it"
        REPLACED = "replaced", "replaced: readers find it at its own address"

    # The rows of editions from before there was this table.
    in_earlier_editions: ClassVar[list[dict[str, Any]]] = [
        {
            "id": 1,
            "slug": FIRST,
            "name": "Dudley’s strategy on sexual assault and abuse",
            "first_year": 2021,
            "state": State.IN_FORCE.value,
        }
    ]

    slug = models.SlugField(
        "short name in the web address",
        max_length=9,
        unique=True,
        validators=[YEARS],
        help_text="Its years: 2030, or 2030-2033. It cannot be changed later.",
    )
    name = models.CharField(
        "name",
        max_length=120,
        validators=validators.PLAIN,
        help_text="As the document calls itself.",
    )
    first_year = models.PositiveSmallIntegerField(
        "first year", help_text="The first year it is for. If it does not say, the year it is from."
    )
    last_year = models.PositiveSmallIntegerField(
        "last year",
        blank=True,
        null=True,
        help_text="If the document does not say, leave this empty: readers see “about 2030”.",
    )
    adopted_on = models.DateField(
        "adopted on",
        blank=True,
        null=True,
        help_text="The day on which it was agreed, if the document or the minutes say so.",
    )
    url = models.URLField(
        "address of the document",
        max_length=300,
        blank=True,
        help_text="Where the original can be read. Start with https://.",
    )
    state = models.CharField(
        "state", max_length=10, choices=State, default=State.DRAFT, editable=False
    )

    objects = StrategyQuerySet.as_manager()

    class Meta:
        verbose_name = "strategy"
        verbose_name_plural = "strategies"
        ordering = ["-first_year", "-slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state__in=["draft", "in-force"]),
                name="one_strategy_in_force_and_one_draft",
                violation_error_message=(
                    "Only one strategy can be in force, and only one a draft. Change the other one "
                    "first, on the page “Renew the strategy”."
                ),
            )
        ]

    def __str__(self):
        return f"{self.name}, {self.years}"

    def get_absolute_url(self):
        if self.is_replaced:
            return reverse("strategy:chapter-detail", args=[self.slug])
        return reverse("strategy:chapter-list")

    def natural_key(self):
        return (self.slug,)

    def clean(self):
        super().clean()
        errors = {}
        if self.first_year and not 1990 <= self.first_year <= 2100:
            errors["first_year"] = "Enter a year in four digits, such as 2030."
        elif self.first_year and self.last_year and self.last_year < self.first_year:
            errors["last_year"] = "This is before the first year. Enter a later year."
        elif self.last_year and self.last_year > 2100:
            errors["last_year"] = "Enter a year in four digits, such as 2033."
        if self.adopted_on and self.adopted_on > timezone.localdate():
            errors["adopted_on"] = "This date is in the future. Leave it empty until it is agreed."
        if errors:
            raise ValidationError(errors)

    @property
    def is_draft(self):
        return self.state == self.State.DRAFT

    @property
    def is_replaced(self):
        return self.state == self.State.REPLACED

    @property
    def is_first(self):
        return self.slug == FIRST

    @property
    def years(self):
        """Its years in English, for officers."""
        if self.last_year and self.last_year != self.first_year:
            return f"{self.first_year} to {self.last_year}"
        return str(self.first_year) if self.last_year else f"about {self.first_year}"


def part_of_strategy(related_name, **options):
    """The strategy that a row belongs to. The column holds its address."""
    return models.ForeignKey(
        Strategy,
        to_field="slug",
        default=FIRST,
        editable=False,
        on_delete=models.PROTECT,
        related_name=related_name,
        verbose_name="strategy",
        **options,
    )


def carried_from():
    """The row of an earlier strategy that a row was made from."""
    return models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="carried_to",
        blank=True,
        null=True,
        editable=False,
        verbose_name="carried over from",
    )


def carried_once():
    """A row is carried over once to each strategy."""
    return models.UniqueConstraint(
        fields=["strategy", "carried_from"],
        name="%(class)s_carried_over_once",
        violation_error_message="This has been carried over already.",
    )


def page_of(strategy, name, *arguments):
    """The address of a page of a strategy: under its own years if it has been replaced."""
    if strategy is None or not strategy.is_replaced:
        return reverse(name, args=arguments)
    room, view = name.split(":")
    return reverse(f"{room}:replaced-{view}", args=[strategy.slug, *arguments])


def validate_same_strategy(row):
    """Refuse a row that names a row of another strategy."""
    errors = {}
    for field in row._meta.concrete_fields:
        if not field.is_relation or field.name in ("strategy", "carried_from"):
            continue
        other = getattr(row, field.name, None)
        if getattr(other, "strategy_id", row.strategy_id) != row.strategy_id:
            errors[field.name] = "This belongs to another strategy. Choose one of the same."
    if errors:
        raise ValidationError(errors)
