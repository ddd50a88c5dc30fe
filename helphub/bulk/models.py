"""What was done to many records at once, so that it can be undone for a day."""

from datetime import timedelta

from django.db import models
from django.urls import reverse
from django.utils import timezone

CAN_BE_UNDONE_FOR = timedelta(days=1)


class Batch(models.Model):
    """One press: what was done, by whom and when. People are kept by name, as in versions."""

    once = models.UUIDField("token of the form", unique=True)
    action = models.CharField("action", max_length=30)
    label = models.CharField("kind", max_length=60)
    words = models.CharField("what was done", max_length=300)
    who = models.CharField("who", max_length=150)
    at = models.DateTimeField("when", auto_now_add=True)
    undone_by = models.CharField("undone by", max_length=150, blank=True)
    undone_at = models.DateTimeField("undone", blank=True, null=True)

    class Meta:
        default_permissions = []
        ordering = ["-pk"]

    def __str__(self):
        return self.words

    def get_absolute_url(self):
        return reverse("bulk:batch", args=[self.pk])

    @property
    def until(self):
        """Until when it can be undone."""
        return self.at + CAN_BE_UNDONE_FOR

    @property
    def is_too_old(self):
        return timezone.now() > self.until


class Done(models.Model):
    """One record of a batch, with what undoing needs. The action alone reads `before`."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    key = models.BigIntegerField("row")
    name = models.CharField("record", max_length=200)
    before = models.JSONField("before")
    after = models.JSONField("after")
    is_undone = models.BooleanField("undone", default=False)
    why_not = models.CharField("why it was not undone", max_length=500, blank=True)

    class Meta:
        default_permissions = []
        ordering = ["pk"]

    def __str__(self):
        return self.name
