from django.db import models
from django.utils.translation import gettext_lazy as _

from helphub.entries import Entry


class LoadedRow(models.Model):
    """What the fixtures put into a row, so that what an officer has changed since is known."""

    model = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="one_loaded_row")]

    def __str__(self):
        return f"{self.model} {self.key}"


class Synonym(Entry):
    """Everyday words for something, and the pages that someone who types them is looking for."""

    words = models.TextField(
        _("everyday words"),
        help_text=_(
            "What people type into the find box, one word or phrase on each line. Say it as they "
            "would. Readers never see this list."
        ),
    )
    guides = models.ManyToManyField(
        "strategy.Guide", related_name="synonyms", blank=True, verbose_name=_("guides")
    )
    forms_of_abuse = models.ManyToManyField(
        "strategy.FormOfAbuse", related_name="synonyms", blank=True, verbose_name=_("topics")
    )
    services = models.ManyToManyField(
        "services.Service", related_name="synonyms", blank=True, verbose_name=_("services")
    )

    class Meta(Entry.Meta):
        verbose_name = _("everyday words")
        verbose_name_plural = _("everyday words in the find box")

    def __str__(self):
        return self.slug
