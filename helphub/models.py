import uuid

from django.db import models

from helphub import texts
from helphub.entries import Entry


class LoadedRow(models.Model):
    """What the fixtures put into a row, so we know what an officer has changed since."""

    model = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="one_loaded_row")]

    def __str__(self):
        return f"{self.model} {self.key}"


class Synonym(Entry):
    """Everyday words for something, and the pages that people who type them want."""

    words = models.TextField(
        "everyday words",
        validators=texts.PLAIN,
        help_text=(
            "What people type into the find box, one word or phrase on each line. Use their own "
            "words. Readers never see this list."
        ),
    )
    guides = models.ManyToManyField(
        "strategy.Guide",
        related_name="synonyms",
        blank=True,
        verbose_name="guides",
        help_text="Anyone who types these words sees the pages ticked here first.",
    )
    forms_of_abuse = models.ManyToManyField(
        "strategy.FormOfAbuse", related_name="synonyms", blank=True, verbose_name="topics"
    )
    services = models.ManyToManyField(
        "services.Service", related_name="synonyms", blank=True, verbose_name="services"
    )

    class Meta(Entry.Meta):
        verbose_name = "everyday words"
        verbose_name_plural = "everyday words in the find box"

    def __str__(self):
        first_lines = [f"“{line}”" for line in (self.words or "").splitlines()[:3]]
        return ", ".join(first_lines)[:120] or self.slug


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

    def __str__(self):
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
    # The ticked records, [label, key], and the mark each had when the officer saw it. None
    # means everything that is marked as published.
    chosen = models.JSONField("ticked", blank=True, null=True, editable=False)
    marks = models.JSONField(default=list, blank=True, editable=False)
    # The form's token: however often the form is sent, it makes one request.
    once = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    asked_at = models.DateTimeField("requested", auto_now_add=True)
    state = models.CharField("state", max_length=20, choices=State, default=State.WAITING)
    finished_at = models.DateTimeField("finished", blank=True, null=True)
    report = models.JSONField("report", default=dict)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "publication"
        verbose_name_plural = "publications"
        permissions = [
            ("publish", "Can publish, go back to an edition and end a withdrawal"),
            ("withdraw", "Can withdraw something from every page at once"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.asked_at:%d %B %Y %H:%M}"


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


class OpenQuestionQuerySet(models.QuerySet):
    def open(self):
        """Questions that have no answer yet."""
        return self.filter(answer="")

    def get_by_natural_key(self, slug):
        return self.get(slug=slug)


class OpenQuestion(models.Model):
    """Something to find out before the site can say it, and the record to change then."""

    slug = models.SlugField("short name", max_length=60, unique=True)
    words = models.CharField(
        "question",
        max_length=250,
        help_text="One sentence that says what we do not know. Shown on officers' first page.",
    )
    todo = models.CharField(
        "how to find out",
        max_length=250,
        blank=True,
        help_text="Who to ask, and what the site says until then. Readers never see this.",
    )
    phone = models.ForeignKey(
        "contacts.Phone",
        on_delete=models.CASCADE,
        related_name="open_questions",
        blank=True,
        null=True,
        verbose_name="about the number",
        help_text="Choose the number, service or printed line that the answer will change.",
    )
    service = models.ForeignKey(
        "services.Service",
        on_delete=models.CASCADE,
        related_name="open_questions",
        blank=True,
        null=True,
        verbose_name="about the service",
    )
    contact_line = models.ForeignKey(
        "strategy.ContactLine",
        on_delete=models.CASCADE,
        related_name="open_questions",
        blank=True,
        null=True,
        verbose_name="about the printed line",
    )
    answer = models.TextField(
        "answer",
        max_length=1000,
        blank=True,
        help_text=(
            "What you found out, who told you and when. Once answered, the question leaves "
            "officers' first page. To change what readers see, edit the record itself."
        ),
    )

    objects = OpenQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = "open question"
        verbose_name_plural = "open questions"

    def __str__(self):
        return self.words

    def natural_key(self):
        return (self.slug,)

    @property
    def record(self):
        """The record that the answer changes, or None."""
        return self.phone or self.service or self.contact_line
