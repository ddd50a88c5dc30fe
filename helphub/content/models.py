"""What the fixtures loaded."""

from django.db import models


class LoadedRow(models.Model):
    """What the fixtures put into a row, so we know what an officer has changed since."""

    model = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    values = models.JSONField()

    class Meta:
        db_table = "helphub_loadedrow"
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="one_loaded_row")]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"
