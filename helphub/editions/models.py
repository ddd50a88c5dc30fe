"""What officers asked of the publisher, what they took off every page, and what readers had."""

import uuid

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


class ReadersHad(models.Model):
    """An entry that readers have had, in whichever edition. It stays when the edition is erased."""

    label = models.CharField(max_length=60)
    key = models.BigIntegerField()

    class Meta:
        default_permissions = []
        constraints = [models.UniqueConstraint(fields=["label", "key"], name="had_once")]

    def __str__(self) -> str:
        return f"{self.label} {self.key}"
