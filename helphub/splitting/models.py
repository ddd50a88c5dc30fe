"""A document that officers are making into rows. It can be left and taken up again."""

from django.db import models
from django.utils import timezone

from helphub.splitting.proposing import Piece


class Draft(models.Model):
    """The pieces of one document, and later what was made of them.

    The file itself is not kept. The pieces are emptied once they are rows.
    """

    # No link, so that deleting the strategy asks nothing of this one.
    strategy = models.CharField("strategy", max_length=9)
    file_name = models.CharField("file", max_length=200)
    digest = models.CharField("fingerprint of the file", max_length=64)
    officer = models.CharField("begun by", max_length=150)
    begun_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    # Grows with every save: a form from before it does not undo a colleague's work.
    revision = models.PositiveIntegerField(default=0)
    stored = models.JSONField("pieces", default=list)
    left_out = models.JSONField("what could not be taken", default=dict)
    made_at = models.DateTimeField(blank=True, null=True)
    result = models.JSONField("what was made", default=dict)

    class Meta:
        # Nobody edits these rows in the admin's own forms.
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["strategy", "digest"], name="each_document_once")
        ]

    def __str__(self):
        return self.file_name

    @property
    def pieces(self):
        return [Piece(**each) for each in self.stored]

    def keep(self, pieces):
        """Keep the pieces as they are now."""
        self.stored = [piece.stored() for piece in pieces]
        self.revision += 1
        self.save()

    def close(self, result):
        """Forget the pieces, and keep what was made."""
        self.stored, self.result, self.made_at = [], result, timezone.now()
        self.save()
