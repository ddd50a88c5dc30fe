"""One officer asks another to read a record, and they talk about it, paragraph by paragraph."""

import uuid

from django.db import models
from django.utils import timezone

from helphub.history.models import Version

MOST_WORDS = 2_000


class ReviewQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(outcome=Review.Outcome.WAITING)

    def of(self, record):
        """The reviews of one record, the newest first."""
        return self.filter(label=record._meta.label_lower, key=record.pk)

    def with_open_remarks(self):
        """Each with the number of its remarks that are not settled."""
        is_open = models.Q(remarks__isnull=False, remarks__settled_at=None)
        return self.annotate(open_remarks=models.Count("remarks", filter=is_open))


def _version(help_text):
    return models.ForeignKey(
        Version,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text=help_text,
    )


class Review(models.Model):
    """A request that another officer read a record through, and the answer.

    People are stored by name: the row outlives an account, and readers' servers have no accounts.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", "waiting"
        FINE = "fine", "agreed"
        CHANGE = "change", "changes asked"
        TAKEN_BACK = "taken-back", "taken back"

    label = models.CharField("kind", max_length=60, editable=False)
    key = models.BigIntegerField("row", editable=False)
    name = models.CharField("what", max_length=200, editable=False)
    asked_by = models.CharField("asked by", max_length=150, editable=False)
    # One officer, or anyone with one role. If both are empty: anyone who can publish.
    asked_of = models.CharField("who to ask", max_length=150, blank=True)
    # The release before this one writes to the same table, so the database fills the column.
    asked_role = models.CharField(
        "role to ask", max_length=150, blank=True, default="", db_default="", editable=False
    )
    asked_version = _version("What was saved when the review was asked for.")
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
    answered_version = _version("What was read: the answer is about this and nothing later.")
    # From then on the answer is not on the first page of the officer who asked.
    seen_at = models.DateTimeField("seen", blank=True, null=True, editable=False)

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

    @property
    def is_waiting(self):
        return self.outcome == self.Outcome.WAITING

    @property
    def is_agreed(self):
        return self.outcome == self.Outcome.FINE

    @property
    def is_sent_back(self):
        return self.outcome == self.Outcome.CHANGE

    @property
    def reviewer(self):
        """Who was asked, in words."""
        if self.asked_role:
            return f"anyone with the role “{self.asked_role}”"
        return self.asked_of or "anyone who can publish"

    @property
    def answer(self):
        """The answer in words, with who gave it."""
        what = {self.Outcome.FINE: "agreed", self.Outcome.CHANGE: "asked for changes"}
        return f"{self.answered_by} {what.get(self.outcome, 'took the request back')}"


class Remark(models.Model):
    """What an officer says of a paragraph of a record under review, or of the whole record.

    It keeps the words it is about, so it is understood after they have changed or gone.
    """

    review = models.ForeignKey(Review, models.CASCADE, related_name="remarks")
    version = _version("What the officer was reading.")
    field = models.CharField(max_length=200, blank=True)  # Empty: the whole record.
    position = models.PositiveIntegerField(default=0)  # Of the paragraph in its field.
    title = models.CharField(max_length=300, blank=True)  # Of the field, as it was shown.
    quoted = models.TextField(blank=True)
    words = models.TextField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)
    settled_by = models.CharField(max_length=150, blank=True)
    settled_at = models.DateTimeField(blank=True, null=True)
    once = models.UUIDField(default=uuid.uuid4)  # Of the form that was sent.

    class Meta:
        db_table = "helphub_remark"
        ordering = ["pk"]
        default_permissions = []

    def __str__(self):
        return self.words[:60]


class Reply(models.Model):
    """An answer to a remark."""

    remark = models.ForeignKey(Remark, models.CASCADE, related_name="replies")
    words = models.TextField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)
    once = models.UUIDField(default=uuid.uuid4)

    class Meta:
        db_table = "helphub_reply"
        ordering = ["pk"]
        default_permissions = []

    def __str__(self):
        return self.words[:60]
