"""The annual report: what was promised about the priorities, as it stood on a year's last day.

Its rows are copies. They name no action and no priority by a link, so nothing that happens to these
later reaches the report. Tokens in the copied texts stay tokens: numbers are always today's.
"""

from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from helphub.content import signals, validators
from helphub.content.entries import EntryQuerySet, Page, language_of_words
from helphub.content.rows import PermanentRow, in_words
from strategy.models.actions import Action
from strategy.models.pages import text_field

TITLE = "The strategy in {}"
NAME = "The strategy in {}: what was promised, and how far it is"
LONGEST = 366  # Days.

TAKE_FIRST = (
    "Save it with the button that takes the actions, and read them. Then make the report visible."
)
FROZEN = "Readers have had this report, so it stays as it is. Add a correction instead."


class AnnualReportQuerySet(EntryQuerySet):
    def with_earlier_updates(self):
        """Those that readers may see, with more than one update on an action."""
        twice = (
            ReportedUpdate.objects.values("report", "action")
            .order_by()
            .annotate(count=models.Count("pk"))
            .filter(count__gt=1)
        )
        return self.published().filter(pk__in=twice.values("report"))


class AnnualReport(Page):
    """A year's actions and updates as they stood. It is frozen once readers have had it."""

    slug = models.SlugField(max_length=60, unique=True, editable=False, blank=True)
    title = models.CharField(max_length=70, unique=True, editable=False, blank=True)
    name = models.CharField("heading", max_length=120, editable=False, blank=True)
    year = models.PositiveSmallIntegerField(
        "year",
        unique=True,
        validators=[MinValueValidator(2000), MaxValueValidator(2100)],
        error_messages={
            "unique": "There is a report for this year already. Open that one, or choose another."
        },
        help_text="The year in which it begins, such as 2026. It is in the page's address.",
    )
    first_on = models.DateField(
        "first day of the year", blank=True, help_text="If empty, 1 January."
    )
    last_on = models.DateField(
        "last day of the year",
        blank=True,
        help_text="The report says how the actions stood on this day. If empty, 31 December.",
    )
    introduction = text_field(
        "introduction", "What the year was like, in a few plain sentences.", blank=True
    )
    next_steps = text_field(
        "what comes next", "What happens in the year after, in a few plain sentences.", blank=True
    )
    taken_on = models.DateField("actions taken on", blank=True, null=True, editable=False)

    objects = AnnualReportQuerySet.as_manager()

    list_name = "strategy:chapter-list"
    # What stays once readers have had it. Translations may still come.
    FREEZES = ("year", "first_on", "last_on", "taken_on", "introduction_en", "next_steps_en")

    class Meta(Page.Meta):
        ordering = ["-year"]
        verbose_name = "annual report"
        verbose_name_plural = "annual reports"

    def __str__(self):
        return TITLE.format(self.year)

    def get_absolute_url(self):
        return reverse("strategy:report-detail", args=[self.slug])

    def get_updates_url(self):
        """The page with the earlier updates of its year."""
        return reverse("strategy:report-updates", args=[self.slug])

    @property
    def is_frozen(self):
        return self.pk is not None and signals.readers_have_had(self)

    def _fill_in(self):
        """What follows from the year."""
        self.slug, self.title = str(self.year), TITLE.format(self.year)
        self.name_en = NAME.format(self.year)
        if self.year:
            self.first_on = self.first_on or date(self.year, 1, 1)
            self.last_on = self.last_on or date(self.year, 12, 31)

    def _stored(self):
        return models.QuerySet(type(self)).filter(pk=self.pk).first() if self.pk else None

    def clean(self):
        self._fill_in()
        super().clean()
        if not (self.first_on and self.last_on):
            return  # The year itself is refused.
        stored = self._stored()
        if stored and (stored.first_on, stored.last_on) != (self.first_on, self.last_on):
            self.taken_on = None  # They were taken for another day.
        errors = {}
        if self.first_on.year != self.year:
            errors["first_on"] = f"Choose a day in {self.year}, or change the year."
        if self.last_on < self.first_on:
            errors["last_on"] = "This is before the first day. Choose a later day."
        elif (self.last_on - self.first_on).days >= LONGEST:
            errors["last_on"] = "This is more than a year after the first day. Choose another day."
        if self.is_published and not self.taken_on:
            errors["is_published"] = TAKE_FIRST
        if errors:
            raise ValidationError(errors)

    def save(self, *args, **kwargs):
        self._fill_in()
        stored = self._stored()
        is_changed = stored and any(
            getattr(stored, name) != getattr(self, name) for name in self.FREEZES
        )
        if is_changed and self.is_frozen:
            raise ValidationError(FROZEN)
        super().save(*args, **kwargs)

    def is_over(self):
        """Whether its last day is past. Before that, nobody knows how the actions stood on it."""
        return self.last_on < timezone.localdate()

    def parts(self):
        """Each priority with its actions, and each of these with its updates, newest first."""
        updates = _by(self.updates.order_by("-dated", "-position"), "action")
        actions = _by(self.actions.all(), "reference")
        for own in actions.values():
            for action in own:
                action.newest_first = updates.get(action.slug, [])
        return [
            Part(priority, actions.get(priority.reference, []))
            for priority in self.priorities.all()
        ]


class Part(NamedTuple):
    """A priority in a report, with what was done about it."""

    priority: "ReportedPriority"
    actions: list


def counted(parts):
    """How many actions of each state a report has: (the state's name in English, the number)."""
    statuses = [action.status for part in parts for action in part.actions]
    return [(name, statuses.count(status)) for status, name in Action.status_names()]


def _by(rows, name):
    """Rows by the value of a field, in their own order."""
    value = attrgetter(name)
    return {key: list(own) for key, own in groupby(sorted(rows, key=value), value)}


class ReportRowQuerySet(models.QuerySet):
    def get_by_natural_key(self, report, position):
        return self.get(report__slug=report, position=position)


class ReportRow(PermanentRow):
    """A row of a report. Only taking the actions again replaces it."""

    owner = "report"
    refusal = FROZEN

    objects = ReportRowQuerySet.as_manager()

    words_language = property(language_of_words)

    class Meta:
        abstract = True
        ordering = ["position"]

    def natural_key(self):
        return (self.report.slug, str(self.position))


def _report(related_name):
    return models.ForeignKey(
        AnnualReport,
        on_delete=models.CASCADE,
        related_name=related_name,
        verbose_name="annual report",
    )


class ReportedPriority(ReportRow):
    """A priority in a report: the printed words and our short version of then."""

    said = ("reference", "words", "summary_en")

    report = _report("priorities")
    reference = models.CharField("reference", max_length=10)
    words = models.TextField("as printed")
    summary = models.CharField(
        "in short", max_length=120, blank=True, validators=[validators.validate_text]
    )

    class Meta(ReportRow.Meta):
        verbose_name = "priority in a report"
        verbose_name_plural = "priorities in a report"

    def __str__(self):
        return f"{self.reference}: {self.summary or self.words}"


class ReportedAction(ReportRow):
    """An action as it stood on the last day of a report's year."""

    said = (
        "reference",
        "slug",
        "name_en",
        "responsible",
        "partners",
        "due_on",
        "status",
        "status_on",
        "status_reason_en",
    )

    report = _report("actions")
    reference = models.CharField("reference of its priority", max_length=10)
    slug = models.SlugField(max_length=60)
    name = models.CharField(
        "what will be done", max_length=200, validators=[validators.validate_text]
    )
    responsible = models.CharField("who is responsible", max_length=120)
    partners = models.CharField("working with", max_length=200, blank=True)
    due_on = models.DateField("due by", blank=True, null=True)
    status = models.CharField("how far it is", max_length=10, choices=Action.Status)
    status_on = models.DateField("as at", blank=True, null=True)
    status_reason = text_field("why it is late or stopped", "", blank=True)

    class Meta(ReportRow.Meta):
        verbose_name = "action in a report"
        verbose_name_plural = "actions in a report"

    def __str__(self):
        return self.name

    @property
    def has_earlier(self):
        """Whether the year has more than one update on it."""
        return len(self.newest_first) > 1

    @property
    def status_name(self):
        return dict(Action.status_names())[self.status]


class ReportedUpdate(ReportRow):
    """An update of a report's year, on one of its actions."""

    said = ("action", "dated", "words_en")

    report = _report("updates")
    action = models.SlugField("its action", max_length=60)
    dated = models.DateField("date")
    words = text_field("what is new", "")

    class Meta(ReportRow.Meta):
        verbose_name = "update in a report"
        verbose_name_plural = "updates in a report"

    def __str__(self):
        return in_words(self.dated)


class ReportCorrection(ReportRow):
    """What was wrong in a report that readers have had. It stands at the top."""

    said = ("dated", "words_en")
    refusal = "A correction cannot be changed. Add another one that puts it right."

    report = _report("corrections")
    dated = models.DateField("date", help_text="The day of the correction.")
    words = text_field(
        "what was wrong, and what is right",
        "Two or three plain sentences. Readers see them at the top of the report.",
    )

    class Meta(ReportRow.Meta):
        ordering = ["-dated", "-position"]
        verbose_name = "correction"
        verbose_name_plural = "corrections"

    def __str__(self):
        return in_words(self.dated)

    def clean(self):
        super().clean()
        if self.dated and self.dated > timezone.localdate():
            raise ValidationError({"dated": "This date is in the future. Enter today or earlier."})
