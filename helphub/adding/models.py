"""What was added in one journey, so that pressing twice adds it once."""

from django.db import models


class Addition(models.Model):
    """A service that an officer added with what belongs to it."""

    once = models.UUIDField(unique=True, editable=False)
    officer = models.CharField(max_length=150)
    at = models.DateTimeField(auto_now_add=True)
    # The keys of the rows it made. No links, so that deleting those rows asks nothing of this one.
    service_key = models.BigIntegerField()
    organization_key = models.BigIntegerField(null=True)
    phone_key = models.BigIntegerField(null=True)

    class Meta:
        # Nobody edits these rows, so no role needs to be able to.
        default_permissions = ()
        ordering = ["-pk"]

    def __str__(self):
        return f"Service {self.service_key}, added by {self.officer}"
