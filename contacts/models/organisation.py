"""The charities, councils and public bodies that answer."""

from django.db import models

from helphub.content import validators
from helphub.content.entries import Entry


class Organization(Entry):
    """A charity, council or public body that answers the phone."""

    name = models.CharField(
        "name",
        max_length=120,
        validators=[validators.validate_text],
        help_text="The name the organisation uses for itself. It is not translated.",
    )

    class Meta(Entry.Meta):
        verbose_name = "organisation"
        verbose_name_plural = "organisations"

    def __str__(self):
        return self.name
