"""Who looks after what, who is checking what now, and what came of each check.

Readers see none of these rows. What a check confirmed is a verification or a date of the record
itself, and goes out with the record.
"""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from contacts.models import Phone
from helphub.checking.fetching import TO_LOOK_AT, Result
from helphub.checking.ways import Way
from services.presses import Fault


class OfRecord(models.Model):
    """A row about one record, whatever its kind."""

    label = models.CharField(max_length=60, editable=False)
    key = models.BigIntegerField(editable=False)

    class Meta:
        abstract = True

    @property
    def name(self):
        return self.label, self.key


class Owner(OfRecord):
    """Who looks after a record: a role, or one officer. And the day they set for the next check.

    Officers are told apart by account key, and their name is kept: it outlives the account.
    """

    role = models.CharField("role", max_length=150, blank=True)
    officer = models.BigIntegerField("account", blank=True, null=True)
    officer_name = models.CharField("officer", max_length=150, blank=True)
    due_on = models.DateField("check it by", blank=True, null=True)

    class Meta:
        default_permissions = []
        constraints = [models.UniqueConstraint(fields=["label", "key"], name="one_owner")]

    def __str__(self):
        return self.officer_name or self.role


class OwnerChange(OfRecord):
    """Who gave a record to whom, or set or cleared a day for its check. Rows are only added."""

    record_name = models.CharField("record", max_length=200)
    before = models.CharField("owner before", max_length=150, blank=True)
    after = models.CharField("owner", max_length=150, blank=True)
    due_before = models.DateField("check it by, before", blank=True, null=True)
    due_after = models.DateField("check it by", blank=True, null=True)
    who = models.CharField("who", max_length=150)
    at = models.DateTimeField("when", auto_now_add=True)

    class Meta:
        default_permissions = []
        ordering = ["-pk"]
        indexes = [models.Index(fields=["-at"], name="owner_changes_by_time")]

    def __str__(self):
        return self.words

    @property
    def words(self):
        """What changed, for the log."""
        said = []
        if self.before != self.after:
            said.append(f"Owner: {self.before or 'nobody'} → {self.after or 'nobody'}")
        if self.due_before != self.due_after:
            days = [
                f"{day:%-d %B %Y}" if day else "none" for day in (self.due_before, self.due_after)
            ]
            said.append(f"Check it by: {days[0]} → {days[1]}")
        return ". ".join(said)


class Claim(OfRecord):
    """An officer is checking this now, so that two do not ring one line. It ends by itself."""

    officer = models.BigIntegerField("account")
    officer_name = models.CharField("officer", max_length=150)
    until = models.DateTimeField("until")

    class Meta:
        default_permissions = []
        constraints = [models.UniqueConstraint(fields=["label", "key"], name="claimed_once")]

    def __str__(self):
        return f"{self.label} {self.key}: {self.officer_name}"


class Confirmation(OfRecord):
    """Somebody found that a record is still correct. Rows are added, and can be taken back."""

    how = models.CharField("how", max_length=20)
    source = models.CharField("where", max_length=200, blank=True)
    role = models.CharField("role", max_length=80)
    officer_name = models.CharField("officer", max_length=150)
    checked_on = models.DateField("checked on")
    saved_at = models.DateTimeField(auto_now_add=True)
    # Those confirmed by one press have one batch, and are taken back together.
    batch = models.UUIDField()
    # What it changed: the position of the verification, or the date that it replaced.
    verification = models.PositiveSmallIntegerField(blank=True, null=True)
    checked_before = models.DateField(blank=True, null=True)
    answered = models.JSONField(default=list, blank=True)  # See reports.answer.
    owners_day = models.DateField(blank=True, null=True)
    taken_back_at = models.DateTimeField(blank=True, null=True)

    class Meta:
        ordering = ["-pk"]
        default_permissions = []

    def __str__(self):
        return f"{self.label} {self.key}, {self.checked_on}"


class WayToCheck(models.Model):
    """How a number is checked, where an officer has said so."""

    phone = models.OneToOneField(
        Phone, on_delete=models.CASCADE, related_name="way_to_check", verbose_name="number"
    )
    way = models.CharField("how to check it", max_length=10, choices=Way)
    contact = models.CharField(
        "whom to ask instead",
        max_length=200,
        blank=True,
        help_text="An office number, an email or a web address. Readers never see it.",
    )
    why = models.CharField("why", max_length=200, blank=True)
    said_by = models.CharField("said by", max_length=150)
    said_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = []

    def __str__(self):
        return f"{self.phone}: {self.get_way_display()}"


class Attempt(models.Model):
    """One attempt to check a number, and its outcome. Rows are added, never changed."""

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", "it is right"
        CHANGED = "changed", "something has changed"
        NO_ANSWER = "no-answer", "nobody answered"
        ENGAGED = "engaged", "engaged"
        REFUSED = "refused", "they would not say"
        WRONG_NUMBER = "wrong-number", "wrong number"
        DO_NOT_RING = "do-not-ring", "they ask us not to ring this line"

    phone = models.ForeignKey(
        Phone, on_delete=models.CASCADE, related_name="attempts", verbose_name="number"
    )
    dial = models.CharField("digits", max_length=20, editable=False)
    way = models.CharField("how", max_length=10, choices=Way)
    outcome = models.CharField("what happened", max_length=20, choices=Outcome)
    # Whether the line should have been open then. None if its hours are not known.
    was_open = models.BooleanField("within its hours", blank=True, null=True)
    who_answered = models.CharField("who answered", max_length=120, blank=True)
    answers = models.JSONField("answers", default=dict, blank=True)
    note = models.TextField("note", max_length=1000, blank=True)
    officer_name = models.CharField("officer", max_length=150)
    role = models.CharField("role", max_length=80)
    at = models.DateTimeField("when")
    # The form's token: however often Save is pressed, it logs one call.
    once = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = []

    def __str__(self):
        return f"{self.phone}: {self.get_outcome_display()}, {self.at:%-d %B %Y}"

    def save(self, *args, **kwargs):
        if self.pk:
            raise ValidationError("A logged call cannot be changed. Log another one.")
        super().save(*args, **kwargs)

    @property
    def when_in_words(self):
        """Whether the line was open when nobody answered, since only that counts against it."""
        if self.way != Way.LINE or self.outcome != self.Outcome.NO_ANSWER:
            return ""
        words = {True: "within its hours", False: "outside its hours", None: "hours not known"}
        return f" ({words[self.was_open]})"

    @property
    def told(self):
        """The questions of this check with their answers, as they were asked."""
        return [said for said in self.answers.values() if said.get("asked")]

    @property
    def failed(self):
        """Whether it speaks against the number. An engaged line does not."""
        if self.outcome == self.Outcome.WRONG_NUMBER:
            return True
        return self.outcome == self.Outcome.NO_ANSWER and bool(self.was_open)


class LinkCheck(models.Model):
    """What came of the last check of an outside link, and how long that has been so.

    The result is empty until the first check is over.
    """

    address = models.CharField("address", max_length=2000, unique=True)
    host = models.CharField("site", max_length=255, db_index=True)
    # When we last began to ask. Nobody else asks this site meanwhile.
    asked_at = models.DateTimeField("asked", blank=True, null=True)
    checked_at = models.DateTimeField("checked", blank=True, null=True)
    result = models.CharField("result", max_length=20, choices=Result, blank=True)
    detail = models.CharField("what we found", max_length=300, blank=True)
    since = models.DateTimeField("since", blank=True, null=True)
    failures = models.PositiveSmallIntegerField("failures in a row", default=0)
    worked_on = models.DateField("last worked on", blank=True, null=True)

    class Meta:
        default_permissions = []

    def __str__(self):
        return f"{self.address}: {self.detail or 'not checked yet'}"

    @property
    def is_being_asked(self):
        return bool(self.asked_at) and (not self.checked_at or self.checked_at < self.asked_at)

    @property
    def works(self):
        return self.result == Result.WORKS

    @property
    def needs_a_look(self):
        """Whether only a person can tell if it works."""
        return self.result in TO_LOOK_AT

    @property
    def fails(self):
        return bool(self.result) and not self.works and not self.needs_a_look

    def note(self, answer):
        """Save what came of a check."""
        before, now = (self.works, self.needs_a_look, self.fails), timezone.now()
        self.result, self.detail, self.checked_at = answer.result, answer.detail, now
        if (self.works, self.needs_a_look, self.fails) != before:
            self.since = now
        self.failures = self.failures + 1 if self.fails else 0
        if self.works:
            self.worked_on = timezone.localdate(now)
        self.save()


class Certificate(models.Model):
    """What the weekly check found of this site's own certificate."""

    host = models.CharField("site", max_length=255, unique=True)
    ends_on = models.DateField("last day", blank=True, null=True)
    fault = models.CharField("what is wrong", max_length=300, blank=True)
    seen_at = models.DateTimeField("checked", auto_now=True)

    class Meta:
        default_permissions = []

    def __str__(self):
        return f"{self.host}: {self.fault or self.ends_on}"


class Reported(models.Model):
    """How many readers said, in one week, that one thing is wrong with a line."""

    # The name of the line in texts: of its number, or of its service if it has none.
    line = models.SlugField("line", max_length=40)
    fault = models.CharField("what is wrong", max_length=20, choices=Fault)
    week = models.CharField("week", max_length=8)  # 2026-W49.
    count = models.PositiveSmallIntegerField("presses", default=0)
    # How many of them a check has answered since.
    answered = models.PositiveSmallIntegerField("answered", default=0)

    class Meta:
        ordering = ["-week", "line", "fault"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["line", "fault", "week"], name="one_count_for_each_week"
            )
        ]

    def __str__(self):
        return f"{self.line}: {self.get_fault_display()}, {self.week}"
