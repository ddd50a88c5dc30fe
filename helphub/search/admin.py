from django.contrib import admin
from django.db import models
from django.forms import CheckboxSelectMultiple
from django.utils.text import slugify

from helphub.content.admin import EntryForm
from helphub.history.entry_admin import EntryAdmin
from helphub.search.models import Synonym


class SynonymForm(EntryForm):
    """Everyday words. They have no page, so nobody has to think of a short name for them."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        if slug := self.fields.get("slug"):
            slug.required = False
            slug.label = "Short name"
            slug.help_text = (
                "Names them in spreadsheets. Readers never see it. If you leave it empty, it is "
                "made from the first words."
            )

    def clean(self):
        values = super().clean()
        if "slug" in values and not values["slug"]:
            # Set here, before the model's own rules look at it.
            values["slug"] = self.instance.slug or _slug_from(values.get("words_en", ""))
        return values


def _slug_from(words):
    """A short name made from the first of these words, which no others have."""
    lines = words.strip().splitlines()
    first = slugify(lines[0])[:40].strip("-") if lines else ""
    name = first or "words"
    taken = set(Synonym.objects.filter(slug__startswith=name).values_list("slug", flat=True))
    if name not in taken:
        return name
    return next(f"{name}-{n}" for n in range(2, len(taken) + 3) if f"{name}-{n}" not in taken)


@admin.register(Synonym)
class SynonymAdmin(EntryAdmin):
    form = SynonymForm
    list_display = ["slug", "words", "is_published"]
    list_editable = []
    search_fields = ["slug", "words_en"]
    formfield_overrides = {models.ManyToManyField: {"widget": CheckboxSelectMultiple}}
    form_fields = [
        "slug",
        "is_published",
        "starts_on",
        "ends_on",
        "guides",
        "forms_of_abuse",
        "services",
        "words",
    ]
