"""What others have published and the strategy cites: where it is now."""

from django.core.exceptions import ValidationError
from django.db import models

from helphub.content import validators


class Published(models.Model):
    """Something that somebody else has published, and that can move, vanish or be replaced."""

    archived_url = models.URLField(
        "address of an archived copy",
        max_length=500,
        blank=True,
        help_text="Where a web archive keeps a copy. Readers see it as a link. Start with https://.",
    )
    current_title = models.CharField(
        "current version",
        max_length=200,
        blank=True,
        validators=[validators.validate_text],
        help_text="The title of the document that has replaced it. Readers see it as a link.",
    )
    current_url = models.URLField(
        "address of the current version",
        max_length=300,
        blank=True,
        help_text="Where that link leads. Start with https://.",
    )

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if self.current_url and not self.current_title:
            raise ValidationError({"current_title": "Enter the title that the link will have."})

    @property
    def fate(self):
        """What became of it, in sentences for officers."""
        said = []
        if self.current_title:
            said.append(f"Replaced by “{self.current_title}”.")
        if self.archived_url:
            said.append("An archived copy is given.")
        return said
