"""Rows in a number's form."""

from datetime import date

from django.db import models


def in_words(day):
    """A date as officers read it. Anything not parsed as a date yet stays unchanged."""
    return f"{day:%-d %B %Y}" if isinstance(day, date) else str(day)


class NumberedRow(models.Model):
    """A row of a number or service. Fixtures identify it by its position among its siblings."""

    owner = "phone"

    position = models.PositiveSmallIntegerField("order", blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self.position is None:
            siblings = type(self).objects.filter(**{self.owner: getattr(self, self.owner)})
            last = siblings.aggregate(models.Max("position"))["position__max"] or 0
            self.position = last + 1
        super().save(*args, **kwargs)


class PhoneRowQuerySet(models.QuerySet):
    """Queries for rows that belong to a number. Fixtures name them after the number."""

    def get_by_natural_key(self, phone, position):
        return self.get(phone__slug=phone, position=position)
