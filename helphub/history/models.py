"""A version: a record as somebody saved it. Everything said of a record's past is said of these."""

import json
from functools import cached_property

from django.db import models
from django.utils import timezone


class Version(models.Model):
    """A whole record as it was saved: its fields, the rows in its form and its links.

    The newest version of a record says what the working database says. A deleted record's newest
    version holds what it said last, so it can be restored.
    """

    label = models.CharField(max_length=60)  # The model, such as "strategy.guide".
    key = models.BigIntegerField()
    name = models.CharField(max_length=200)  # As officers knew the record then.
    data = models.TextField()  # {"fields": {…}, "rows": {label: {key: {…}}}}, as JSON.
    fingerprint = models.CharField(max_length=20)
    is_visible = models.BooleanField()  # Whether readers see it once it is published.
    is_deleted = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    # The name of the account, because versions outlive accounts. Empty if no officer saved it.
    officer = models.CharField(max_length=150, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        default_permissions = []
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["label", "key", "-id"], name="versions_of_a_record"),
            models.Index(fields=["-at"], name="versions_by_time"),
            models.Index(fields=["officer", "-at"], name="versions_of_an_officer"),
            models.Index(fields=["label", "-at"], name="versions_of_a_kind"),
        ]

    def __str__(self):
        return self.name

    @cached_property
    def contents(self):
        """The fields and the rows."""
        return json.loads(self.data)
