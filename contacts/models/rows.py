"""Rows in a number's form."""

from django.db import models


class PhoneRowQuerySet(models.QuerySet):
    """Queries for rows that belong to a number. Fixtures name them after the number."""

    def get_by_natural_key(self, phone, position):
        return self.get(phone__slug=phone, position=position)
