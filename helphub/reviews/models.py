"""One officer asks another to read a record."""

from django.db import models


class ReviewQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(outcome=Review.Outcome.WAITING)

    def of(self, record):
        """The reviews of one record, the newest first."""
        return self.filter(label=record._meta.label_lower, key=record.pk)


class Review(models.Model):
    """A request that another officer read a record through, and the answer.

    People are stored by name: the row outlives an account, and readers' servers have no accounts.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", "waiting"
        FINE = "fine", "fine as it is"
        CHANGE = "change", "needs a change"
        TAKEN_BACK = "taken-back", "cancelled"

    label = models.CharField("kind", max_length=60, editable=False)
    key = models.BigIntegerField("row", editable=False)
    name = models.CharField("what", max_length=200, editable=False)
    asked_by = models.CharField("asked by", max_length=150, editable=False)
    asked_of = models.CharField(
        "who to ask",
        max_length=150,
        blank=True,
        help_text="If empty, anyone who can publish.",
    )
    note = models.TextField(
        "what to check",
        max_length=1000,
        blank=True,
        help_text="What you changed or are not sure about. Officers see this; readers never do.",
    )
    asked_at = models.DateTimeField("asked", auto_now_add=True)
    outcome = models.CharField("answer", max_length=20, choices=Outcome, default=Outcome.WAITING)
    words = models.TextField("what needs a change", max_length=1000, blank=True)
    answered_by = models.CharField("answered by", max_length=150, blank=True, editable=False)
    answered_at = models.DateTimeField("answered", blank=True, null=True, editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        db_table = "helphub_review"
        ordering = ["-asked_at", "-pk"]
        verbose_name = "review"
        verbose_name_plural = "reviews"
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["label", "key"],
                condition=models.Q(outcome="waiting"),
                name="one_waiting_review_for_each_record",
                violation_error_message="Someone has already been asked to review this.",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome__in=["fine", "change"])
                | ~models.Q(answered_by=models.F("asked_by")),
                name="nobody_answers_their_own_review",
                violation_error_message="Someone else must answer this: you asked for it.",
            ),
        ]

    def __str__(self):
        return self.name
