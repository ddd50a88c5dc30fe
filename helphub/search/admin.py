from django.contrib import admin
from django.db import models
from django.forms import CheckboxSelectMultiple

from helphub.history.entry_admin import EntryAdmin
from helphub.search.models import Synonym


@admin.register(Synonym)
class SynonymAdmin(EntryAdmin):
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
