"""What a standard asks, and audits: what was found when somebody looked at whether it is met."""

import re
import uuid
from functools import cached_property

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from helphub.content import signals, validators
from helphub.content.entries import Entry, EntryQuerySet, language_of_words
from helphub.content.rows import NumberedRow, in_words
from strategy.models.actions import IN_FUTURE, NO_NAMES, Action, DatedWords
from strategy.models.pages import Chapter, text_field
from strategy.models.printed import Priority, Standard
from strategy.models.strategy import Strategy


def own_address():
    """Nobody has to think of an address, and it says nothing about the subject."""
    return f"audit-{uuid.uuid4().hex[:8]}"


def in_order(rows):
    """Rows with a number, as the standard counts: 2 comes before 10, and 2.9 before 2.10."""
    return sorted(rows, key=lambda row: [int(part) for part in re.findall(r"\d+", row.number)])


class CriterionQuerySet(models.QuerySet):
    def get_by_natural_key(self, standard, position):
        return self.get(standard__reference=standard, position=position)


class Criterion(NumberedRow):
    """One thing that a standard asks for, in the standard's own words."""

    owner = "standard"

    standard = models.ForeignKey(
        Standard, on_delete=models.CASCADE, related_name="criteria", verbose_name="standard"
    )
    number = models.CharField(
        "number",
        max_length=12,
        validators=[
            RegexValidator(r"^\d{1,3}(\.\d{1,3})*$", "Write it in digits, such as 3 or 3.1.")
        ],
        help_text="As the standard counts: 3, or 3.1.",
    )
    words = text_field("what it asks", "The standard's own words, as printed.")
    source = models.CharField(
        "taken from",
        max_length=200,
        validators=validators.PLAIN,
        help_text="The document, its date and the page: “Standards of June 2016, page 4”.",
    )

    objects = CriterionQuerySet.as_manager()

    class Meta:
        verbose_name = "criterion"
        verbose_name_plural = "criteria"
        ordering = ["standard", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "position"], name="one_criterion_for_each_order"
            ),
            models.UniqueConstraint(
                fields=["standard", "number"],
                name="one_criterion_for_each_number",
                violation_error_message="The standard has a criterion with this number already.",
            ),
        ]

    def __str__(self):
        return f"Criterion {self.number}"

    def natural_key(self):
        return (self.standard.reference, str(self.position))


class AuditQuerySet(EntryQuerySet):
    def for_page(self):
        """What readers may see, the newest first, with the rows of each."""
        # Each leads to the page of the priorities, which may be off the site.
        page = Chapter.objects.published().filter(
            strategy=models.OuterRef("priority__strategy"), slug=Priority.chapter_slug
        )
        actions = Action.objects.published().filter(models.Exists(page))
        actions = actions.order_by("due_on", "position", "slug")
        shown = models.Prefetch("actions", actions, to_attr="shown_actions")
        return (
            self.published()
            .select_related("standard__strategy")
            .prefetch_related("results", "corrections", shown)
            .order_by("-day", "slug")
        )

    def with_pages(self):
        """Those whose strategy readers can see, with the page that leads to them."""
        has_chapter = models.Exists(
            Chapter.objects.published().filter(
                strategy=models.OuterRef("standard__strategy"), slug=Standard.chapter_slug
            )
        )
        is_draft = models.Q(standard__strategy__state=Strategy.State.DRAFT)
        return self.published().filter(~is_draft, has_chapter)


class Audit(Entry):
    """A day on which somebody looked at whether a standard is met, and what was found.

    Once readers have had it, it stays as it was. A correction or a later audit puts it right.
    """

    slug = models.SlugField(max_length=60, unique=True, default=own_address, editable=False)
    standard = models.ForeignKey(
        Standard, on_delete=models.PROTECT, related_name="audits", verbose_name="standard"
    )
    day = models.DateField("date of the audit", help_text="If it took several days, the last one.")
    done_by = models.CharField(
        "who did it", max_length=120, validators=validators.PLAIN, help_text=NO_NAMES
    )
    scope = text_field(
        "what was looked at",
        "Which services, where, and over which months. Say what was left out.",
    )
    summary = text_field("in short", "What was found, in two or three plain sentences.")
    actions = models.ManyToManyField(
        Action,
        related_name="audits",
        blank=True,
        verbose_name="what follows",
        help_text="What is done about what was found. Readers see how far each action is.",
    )

    objects = AuditQuerySet.as_manager()

    # What stays once readers have had it.
    SAID = ("standard", "day", "done_by", "scope_en", "summary_en")
    STAYS = "Readers have had this audit, so this stays as it is. Add a correction instead."

    # The results that a form would save. Without such a form, those that are stored count.
    typed_results = None

    class Meta(Entry.Meta):
        verbose_name = "audit"
        verbose_name_plural = "audits"
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "day"],
                name="one_audit_of_a_standard_a_day",
                violation_error_message=(
                    "There is an audit of this standard on this day already. Change that one."
                ),
            )
        ]

    def __str__(self):
        return f"Audit of {in_words(self.day)}"

    def get_absolute_url(self):
        return reverse("strategy:audit-detail", args=[self.slug])

    @property
    def chapter(self):
        """The page that leads to it."""
        strategy = self.standard.strategy
        return Chapter.objects.filter(strategy=strategy, slug=Standard.chapter_slug).first()

    @cached_property
    def stored(self):
        return type(self)._base_manager.filter(pk=self.pk).first() if self.pk else None

    @cached_property
    def is_for_good(self):
        """Whether readers have had it. Asked once, before a save that may make it visible."""
        return self.stored is not None and signals.readers_have_had(self.stored)

    @cached_property
    def asked(self):
        """What the standard asks today, in its order: {number: words}."""
        criteria = self.standard.criteria.all() if self.standard_id else []
        return {criterion.number: criterion.words for criterion in in_order(criteria)}

    def clean(self):
        super().clean()
        errors = {}
        if self.is_for_good:
            errors = dict.fromkeys(filter(self._differs, self.SAID), self.STAYS)
        elif self.is_published and (faults := [*self._missing_results(), *self._hidden_actions()]):
            errors["is_published"] = faults
        if self.day and self.day > timezone.localdate():
            errors["day"] = IN_FUTURE
        if self.standard_id and self.pk is None and (why := self._why_no_audit()):
            errors["standard"] = why
        if errors:
            raise ValidationError(errors)

    def _why_no_audit(self):
        """Why this standard cannot be audited, or ""."""
        if self.standard.strategy.is_draft:
            return "Its strategy is a draft. Wait until it is in force."
        if self.standard.strategy.is_replaced:
            return "Its strategy has been replaced. Choose a standard of the one in force."
        if not self.asked:
            return "This standard has no criteria yet. Add them in its form first."
        return ""

    def _differs(self, name):
        return getattr(self.stored, name) != getattr(self, name)

    def _missing_results(self):
        rows = self.typed_results
        if rows is None:
            rows = self.results.all() if self.pk else []
        given = {row.number for row in rows if row.verdict and row.found_en}
        if missing := [number for number in self.asked if number not in given]:
            yield (
                "Before readers see it, every criterion needs a result and words. Still to do: "
                f"{', '.join(missing)}."
            )

    def _hidden_actions(self):
        """What a form has not looked at itself."""
        if self.pk and self.typed_results is None:
            yield from filter(None, map(why_not_shown, self.actions.all()))

    @property
    def results_in_order(self):
        return in_order(self.results.all())

    @property
    def corrections_in_order(self):
        """The newest first."""
        return sorted(
            self.corrections.all(), key=lambda row: (row.dated, row.position), reverse=True
        )

    @property
    def counts(self):
        """How many criteria have each verdict: (its name in English, the number)."""
        verdicts = [result.verdict for result in self.results.all()]
        names = AuditResult.verdict_names().items()
        return [(name, verdicts.count(value)) for value, name in names if value in verdicts]


def why_not_shown(action):
    """Why an audit that readers see cannot name this action, or ""."""
    if action.is_shown:
        return ""
    return (
        f"Readers see nothing of “{action}”. Make it visible to readers first, or take it out here."
    )


def with_audits(strategy):
    """A strategy's standards, with their criteria and what readers may see of audits."""
    shown = models.Prefetch("audits", Audit.objects.for_page(), to_attr="shown_audits")
    standards = list(Standard.objects.shown_of(strategy).prefetch_related("criteria", shown))
    for standard in standards:
        standard.shown_criteria = in_order(standard.criteria.all())
    return standards


class AuditRowQuerySet(models.QuerySet):
    def get_by_natural_key(self, audit, position):
        return self.get(audit__slug=audit, position=position)


class AuditResult(NumberedRow):
    """What an audit found about one criterion.

    It keeps the criterion's words of that day, so a standard may change and old audits stay true.
    """

    class Verdict(models.TextChoices):
        MET = "met", _("Met")
        PARTLY = "partly-met", _("Partly met")
        NOT_MET = "not-met", _("Not met")
        NOT_LOOKED_AT = "not-looked-at", _("Not looked at")

    owner = "audit"
    SAID = ("number", "asked", "verdict", "found_en")

    audit = models.ForeignKey(
        Audit, on_delete=models.CASCADE, related_name="results", verbose_name="audit"
    )
    number = models.CharField("number of the criterion", max_length=12)
    asked = models.TextField("criterion", editable=False)
    verdict = models.CharField("result", max_length=15, choices=Verdict, blank=True)
    found = text_field(
        "what was found",
        "In plain words. If it was not looked at, say why.",
        blank=True,
    )

    objects = AuditRowQuerySet.as_manager()

    words_language = property(language_of_words)

    class Meta:
        verbose_name = "result"
        verbose_name_plural = "results"
        ordering = ["audit", "position"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "position"], name="one_result_for_each_order"),
            models.UniqueConstraint(
                fields=["audit", "number"], name="one_result_for_each_criterion"
            ),
        ]

    def __str__(self):
        return f"Criterion {self.number}"

    def natural_key(self):
        return (self.audit.slug, str(self.position))

    @classmethod
    def verdict_names(cls):
        """Each verdict with its name in English, for the template to translate."""
        with override(settings.LANGUAGE_CODE):
            return {value: str(name) for value, name in cls.Verdict.choices}

    @property
    def verdict_name(self):
        return self.verdict_names()[self.verdict]

    def clean(self):
        super().clean()
        if self.audit.is_for_good or not self.audit.standard_id:
            return
        if self.number not in self.audit.asked:
            todo = " Tick “Delete” here." if self.pk else ""
            raise ValidationError(
                {"verdict": f"The standard of this audit has no criterion {self.number}.{todo}"}
            )
        self.asked = self.audit.asked[self.number]

    def save(self, *args, **kwargs):
        stored = type(self)._base_manager.filter(pk=self.pk).first() if self.pk else None
        is_same = stored and all(getattr(stored, n) == getattr(self, n) for n in self.SAID)
        if not is_same and self.audit.is_for_good:
            raise ValidationError(Audit.STAYS)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        if self.audit.is_for_good:
            raise ValidationError(Audit.STAYS)
        return super().delete(*args, **kwargs)


class AuditCorrection(DatedWords):
    """What an audit that readers have had got wrong, and what is right."""

    owner = "audit"
    refusal = "A correction cannot be changed. Add another one that puts it right."

    audit = models.ForeignKey(
        Audit, on_delete=models.CASCADE, related_name="corrections", verbose_name="audit"
    )
    words = text_field(
        "what was wrong, and what is right",
        "Name the criterion. Once saved it stays: put a mistake right with another one.",
    )

    objects = AuditRowQuerySet.as_manager()

    class Meta:
        verbose_name = "correction"
        verbose_name_plural = "corrections"
        ordering = ["audit", "-dated", "-position"]
        constraints = [
            models.UniqueConstraint(
                fields=["audit", "position"], name="one_correction_for_each_order"
            )
        ]

    def natural_key(self):
        return (self.audit.slug, str(self.position))
