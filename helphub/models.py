from django.db import models


class LoadedRow(models.Model):
    """What the fixtures put into a row, so that what an officer has changed since is known."""

    model = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="one_loaded_row")]

    def __str__(self):
        return f"{self.model} {self.key}"
