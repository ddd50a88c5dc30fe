"""What is done about the strategy's priorities, by whom, by when, and how far it is."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from helphub.content import validators
from helphub.content.entries import Entry, EntryQuerySet, language_of_words
from helphub.content.rows import PermanentRow, in_words
from strategy.models.pages import text_field
from strategy.models.printed import Priority

IN_FUTURE = "This date is in the future. Enter today or earlier."
NO_NAMES = "An organisation and a role, such as “Dudley Council, public health”. No person's name."


def own_address():
    """It has no page of its own, so nobody has to think of an address."""
    return f"action-{uuid.uuid4().hex[:8]}"


class ActionQuerySet(EntryQuerySet):
    def for_page(self):
        """What readers may see, with the updates of each."""
        return self.published().prefetch_related("updates").order_by("due_on", "position", "slug")


class Action(Entry):
    """Something that somebody has promised to do about a priority."""

    class Status(models.TextChoices):
        NOT_BEGUN = "not-begun", _("Not started")
        UNDER_WAY = "under-way", _("Under way")
        LATE = "late", _("Later than planned")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")

    # Readers want to know why.
    NEEDS_REASON = {Status.LATE, Status.STOPPED}

    slug = models.SlugField(max_length=60, unique=True, default=own_address, editable=False)
    priority = models.ForeignKey(
        Priority, on_delete=models.PROTECT, related_name="actions", verbose_name="priority"
    )
    name = models.CharField(
        "what will be done",
        max_length=200,
        validators=[validators.validate_text],
        help_text="One plain sentence without a full stop: “Train every school nurse”.",
    )
    responsible = models.CharField(
        "who is responsible", max_length=120, validators=validators.PLAIN, help_text=NO_NAMES
    )
    partners = models.CharField(
        "working with",
        max_length=200,
        blank=True,
        validators=validators.PLAIN,
        help_text="The organisations that help. No person's name.",
    )
    begins_on = models.DateField("starts on", blank=True, null=True)
    due_on = models.DateField("due by", blank=True, null=True, help_text="Readers see this date.")
    measure = text_field(
        "how we will know",
        "What is counted or asked: “How many school nurses were trained”.",
        blank=True,
    )
    base = models.CharField(
        "starting point",
        max_length=200,
        blank=True,
        validators=validators.PLAIN,
        help_text="The same count before the action, and its date: “4 of 12, March 2026”.",
    )
    base_source = models.CharField(
        "source of that figure",
        max_length=200,
        blank=True,
        validators=validators.PLAIN,
        help_text="Who counted, and where it was published.",
    )
    status = models.CharField(
        "how far it is", max_length=10, choices=Status, default=Status.NOT_BEGUN
    )
    status_on = models.DateField(
        "as at", blank=True, null=True, help_text="The day on which that was so."
    )
    status_reason = text_field(
        "why it is late or stopped", "Readers see it with how far it is.", blank=True
    )

    objects = ActionQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = "action"
        verbose_name_plural = "actions"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        page = self.priority.get_absolute_url().partition("#")[0]
        return f"{page}#{self.slug}"

    def clean(self):
        super().clean()
        errors = {}
        if self.begins_on and self.due_on and self.due_on < self.begins_on:
            errors["due_on"] = "This is before the action starts. Choose a later day."
        if self.status in self.NEEDS_REASON and not self.status_reason_en:
            errors["status_reason_en"] = "Say why: readers see it beside the status."
        if self.status != self.Status.NOT_BEGUN and not self.status_on:
            errors["status_on"] = "Enter the day on which this was so."
        elif self.status_on and self.status_on > timezone.localdate():
            errors["status_on"] = IN_FUTURE
        if self.base and not self.base_source:
            errors["base_source"] = "Say where the figure comes from, or leave both empty."
        if errors:
            raise ValidationError(errors)

    @classmethod
    def status_names(cls):
        """Each status with its name in English, for the template to translate."""
        with override(settings.LANGUAGE_CODE):
            return [(value, str(name)) for value, name in cls.Status.choices]

    @property
    def status_name(self):
        return dict(self.status_names())[self.status]

    @property
    def newest_first(self):
        """Its updates, the newest first."""
        return sorted(
            self.updates.all(), key=lambda update: (update.dated, update.position), reverse=True
        )


def with_actions(strategy):
    """Its priorities with what readers may see of their actions, as `shown_actions`."""
    shown = models.Prefetch("actions", Action.objects.for_page(), to_attr="shown_actions")
    return Priority.objects.shown_of(strategy).prefetch_related(shown)


class DatedWords(PermanentRow):
    """What was so on a day, in words that stay as they were saved. They are in `words`."""

    said = ("dated", "words_en")

    dated = models.DateField("date", help_text="The day on which this was so.")

    words_language = property(language_of_words)

    class Meta:
        abstract = True

    def __str__(self):
        return in_words(self.dated)

    def clean(self):
        super().clean()
        if self.dated and self.dated > timezone.localdate():
            raise ValidationError({"dated": IN_FUTURE})


class ActionUpdateQuerySet(models.QuerySet):
    def get_by_natural_key(self, action, position):
        return self.get(action__slug=action, position=position)


class ActionUpdate(DatedWords):
    """A dated update on an action."""

    owner = "action"
    refusal = "An update cannot be changed. Add another one that puts it right."

    action = models.ForeignKey(
        Action, on_delete=models.CASCADE, related_name="updates", verbose_name="action"
    )
    words = text_field(
        "what is new",
        "Two or three plain sentences. Once saved it stays: put a mistake right with another one.",
    )

    objects = ActionUpdateQuerySet.as_manager()

    class Meta:
        verbose_name = "update"
        verbose_name_plural = "updates"
        ordering = ["action", "-dated", "-position"]
        constraints = [
            models.UniqueConstraint(fields=["action", "position"], name="one_update_for_each_order")
        ]

    def natural_key(self):
        return (self.action.slug, str(self.position))
