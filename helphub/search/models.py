"""Everyday words that lead to pages."""

from django.db import models

from helphub.content import validators
from helphub.content.entries import Entry


class Synonym(Entry):
    """Everyday words for something, and the pages that people who type them want."""

    words = models.TextField(
        "everyday words",
        validators=validators.PLAIN,
        help_text=(
            "What people type into the find box, one word or phrase on each line. Use their own "
            "words. Readers never see this list."
        ),
    )
    guides = models.ManyToManyField(
        "strategy.Guide",
        related_name="synonyms",
        blank=True,
        verbose_name="guides",
        help_text="Anyone who types these words sees the pages ticked here first.",
    )
    forms_of_abuse = models.ManyToManyField(
        "strategy.FormOfAbuse", related_name="synonyms", blank=True, verbose_name="topics"
    )
    services = models.ManyToManyField(
        "services.Service", related_name="synonyms", blank=True, verbose_name="services"
    )

    class Meta(Entry.Meta):
        db_table = "helphub_synonym"
        verbose_name = "everyday words"
        verbose_name_plural = "everyday words in the find box"

    def __str__(self):
        first_lines = [f"“{line}”" for line in (self.words or "").splitlines()[:3]]
        return ", ".join(first_lines)[:120] or self.slug
