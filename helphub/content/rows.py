"""Rows in a record's form: its hours, its checks, the news of it."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


def in_words(day: Any) -> str:
    """A date as officers read it. Anything not parsed as a date yet stays unchanged."""
    return f"{day:%-d %B %Y}" if isinstance(day, date) else str(day)


class NumberedRow(models.Model):
    """A row of a record. Fixtures identify it by its position among its siblings."""

    owner = "phone"  # The field that names the record.

    position: "models.PositiveSmallIntegerField[Any, Any]" = models.PositiveSmallIntegerField(
        "order", blank=True, editable=False
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.position is None:
            siblings = type(self)._base_manager.filter(**{self.owner: getattr(self, self.owner)})
            last = siblings.aggregate(models.Max("position"))["position__max"] or 0
            self.position = last + 1
        super().save(*args, **kwargs)


class PermanentRow(NumberedRow):
    """A row that nobody changes or deletes once it is saved. A later one puts it right."""

    is_permanent = True
    said: tuple[str, ...] = ()  # What stays as it was saved.
    refusal = "This cannot be changed. Add another one."

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        stored = type(self)._base_manager.filter(pk=self.pk).first() if self.pk else None
        if stored and any(getattr(stored, name) != getattr(self, name) for name in self.said):
            raise ValidationError(self.refusal)
        super().save(*args, **kwargs)
