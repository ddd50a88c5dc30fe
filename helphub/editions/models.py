"""What officers asked of the publisher, set for later and took off every page; what readers had."""

import uuid
from typing import Any, ClassVar

from django.db import models


class Withdrawal(models.Model):
    """Something one officer took off every page at once. It stays off until lifted."""

    label = models.CharField("kind", max_length=60, editable=False)
    key = models.BigIntegerField("row", editable=False)
    name = models.CharField("what", max_length=200, editable=False)
    why = models.CharField("why", max_length=300)
    who = models.CharField("who", max_length=150, editable=False)
    withdrawn_at = models.DateTimeField("when", auto_now_add=True)
    lifted_at = models.DateTimeField("lifted", blank=True, null=True, editable=False)
    lifted_by = models.CharField("lifted by", max_length=150, blank=True, editable=False)

    class Meta:
        db_table = "helphub_withdrawal"
        ordering = ["-withdrawn_at"]
        verbose_name = "withdrawal"
        verbose_name_plural = "withdrawals"
        constraints = [
            models.UniqueConstraint(
                fields=["label", "key"],
                condition=models.Q(lifted_at=None),
                name="withdrawn_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PublicationRequest(models.Model):
    """A request from an officer to the publisher, and its outcome."""

    class Kind(models.TextChoices):
        RELEASE = "release", "publish what is saved"
        WITHDRAWAL = "withdrawal", "take withdrawn things off every page"
        ROLLBACK = "rollback", "go back to an edition"
        LIFT = "lift", "end going back"
        DISMISS = "dismiss", "take a refusal off the list"

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        RUNNING = "running", "in progress"
        DONE = "done", "done"
        REFUSED = "refused", "refused"

    kind = models.CharField("request", max_length=20, choices=Kind)
    number = models.PositiveIntegerField("edition", blank=True, null=True)
    why = models.CharField("reason", max_length=300, blank=True)
    who = models.CharField("requested by", max_length=150)
    # The ticked records, [label, key], and the fingerprint each had when the officer saw it. None
    # means everything that is marked as published.
    chosen = models.JSONField("ticked", blank=True, null=True, editable=False)
    fingerprints = models.JSONField(default=list, blank=True, editable=False)
    # The form's token: however often the form is sent, it makes one request.
    once = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    asked_at = models.DateTimeField("requested", auto_now_add=True)
    state = models.CharField("state", max_length=20, choices=State, default=State.WAITING)
    finished_at = models.DateTimeField("finished", blank=True, null=True)
    report = models.JSONField("report", default=dict)

    class Meta:
        db_table = "helphub_publicationrequest"
        ordering = ["-pk"]
        verbose_name = "publication"
        verbose_name_plural = "publications"
        permissions = [
            ("publish", "Can publish, go back to an edition and end a withdrawal"),
            ("withdraw", "Can withdraw something from every page at once"),
        ]

    def __str__(self) -> str:
        kind = self.get_kind_display()  # type: ignore[attr-defined] # Django makes it.
        return f"{kind}, {self.asked_at:%d %B %Y %H:%M}"


class ScheduledQuerySet(models.QuerySet[Any]):
    """Queries of scheduled changes."""

    def waiting(self) -> "ScheduledQuerySet":
        """Those that have not gone out yet, and that nobody has cancelled or moved."""
        return self.filter(outcome=ScheduledChange.Outcome.WAITING)


class ScheduledChange(models.Model):
    """A saved change that goes out at a moment, and no earlier. Moving it makes a new row."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "waiting for its moment"
        ASKED = "asked", "asked for"  # Its publication says how it ended.
        REFUSED = "refused", "refused when it was due"
        MOVED = "moved", "moved"
        CANCELLED = "cancelled", "cancelled"

    label = models.CharField("kind", max_length=60)
    key = models.BigIntegerField("row")
    name = models.CharField("what", max_length=200)
    # Of what waited when the officer looked. With another, it is something that nobody agreed to.
    fingerprint = models.CharField(max_length=20)
    # The version that readers had then, or "". They keep it if every edition is lost meanwhile.
    before = models.CharField(max_length=20, blank=True)
    goes_out_at = models.DateTimeField("goes out")
    who = models.CharField("set by", max_length=150)
    why = models.CharField("why", max_length=300)
    set_at = models.DateTimeField("set", auto_now_add=True)
    outcome = models.CharField("outcome", max_length=20, choices=Outcome, default=Outcome.WAITING)
    ended_at = models.DateTimeField("ended", blank=True, null=True)
    ended_by = models.CharField("moved or cancelled by", max_length=150, blank=True)
    why_not = models.TextField("why it was refused", blank=True)
    publication = models.ForeignKey(
        PublicationRequest,
        on_delete=models.SET_NULL,
        blank=True,
        null=True,
        related_name="scheduled",
        verbose_name="publication",
    )

    objects: ClassVar[Any] = ScheduledQuerySet.as_manager()

    class Meta:
        default_permissions = []
        ordering = ["goes_out_at", "name", "pk"]
        verbose_name = "scheduled change"
        verbose_name_plural = "scheduled changes"
        constraints = [
            models.UniqueConstraint(
                fields=["label", "key"],
                condition=models.Q(outcome="waiting"),
                name="scheduled_once",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def record(self) -> tuple[str, int]:
        """The record's identity: (label, key)."""
        return self.label, self.key


class ReadersHad(models.Model):
    """An entry that readers have had, in whichever edition. It stays when the edition is erased."""

    label = models.CharField(max_length=60)
    key = models.BigIntegerField()

    class Meta:
        default_permissions = []
        constraints = [models.UniqueConstraint(fields=["label", "key"], name="had_once")]

    def __str__(self) -> str:
        return f"{self.label} {self.key}"
