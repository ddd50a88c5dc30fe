"""What an officer sent, between looking at it and taking it."""

import json
import uuid
from datetime import timedelta

from cryptography.fernet import InvalidToken
from django.db import models
from django.utils import timezone

from helphub.accounts.crypto import seal, unseal

KEPT = timedelta(days=1)


class Upload(models.Model):
    """The rows of a file that would change something, and later what came of them.

    The rows are kept encrypted: they may say where people are. They are emptied once they are
    taken, and the whole is deleted after a day.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    officer = models.BigIntegerField("account")
    label = models.CharField("list", max_length=60)
    file_name = models.CharField("file", max_length=200)
    sealed = models.TextField("rows, encrypted")
    unchanged = models.PositiveIntegerField("rows that change nothing", default=0)
    result = models.JSONField("what was saved", default=list)
    sent_at = models.DateTimeField(auto_now_add=True, db_index=True)
    taken_at = models.DateTimeField(blank=True, null=True)

    class Meta:
        default_permissions = []

    def __str__(self):
        return f"{self.file_name}, {self.sent_at:%-d %B %Y}"

    @property
    def rows(self):
        """The rows as they were kept, or None if they cannot be read any more."""
        try:
            return json.loads(unseal(self.sealed)) if self.sealed else None
        except InvalidToken:
            return None

    def keep(self, rows):
        self.sealed = seal(json.dumps(rows, ensure_ascii=False))

    def close(self, result):
        """Forget the rows, and keep what was saved."""
        self.sealed, self.result, self.taken_at = "", result, timezone.now()
        self.save()


def forget_old():
    """Delete what was sent more than a day ago."""
    Upload.objects.filter(sent_at__lt=timezone.now() - KEPT).delete()
