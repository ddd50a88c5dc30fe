"""Numbers that nobody could reach when we checked them."""

from django.db import models

from contacts.models.phone import Phone


class Doubt(models.Model):
    """A number that checks failed to reach. Readers are told that we are checking it.

    It goes out without being published, as a withdrawal does, and stays until it is lifted. The
    number itself stays: it may still be right.
    """

    phone = models.ForeignKey(
        Phone, on_delete=models.CASCADE, related_name="doubts", verbose_name="number"
    )
    why = models.CharField("why", max_length=200)
    since = models.DateTimeField("since", auto_now_add=True)
    lifted_at = models.DateTimeField("lifted", blank=True, null=True)
    lifted_by = models.CharField("lifted by", max_length=150, blank=True)

    class Meta:
        ordering = ["-since"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["phone"], condition=models.Q(lifted_at=None), name="doubted_once"
            )
        ]

    def __str__(self):
        return f"{self.phone}: {self.why}"
