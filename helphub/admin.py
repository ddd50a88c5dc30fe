from django.contrib import admin
from django.db import models
from django.forms import CheckboxSelectMultiple

from helphub.editing import EntryAdmin, KeepsHistory
from helphub.models import OpenQuestion, PublicationRequest, Synonym


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


@admin.register(OpenQuestion)
class OpenQuestionAdmin(KeepsHistory, admin.ModelAdmin):
    """Questions we have no answer to yet. Readers never see them."""

    list_display = ["words", "is_open"]
    search_fields = ["words", "answer"]
    fields = ["words", "todo", "phone", "service", "contact_line", "answer", "slug"]

    @admin.display(description="open", boolean=True)
    def is_open(self, question):
        return not question.answer


@admin.register(PublicationRequest)
class PublicationAdmin(admin.ModelAdmin):
    """Requests made to the publisher. Read-only."""

    list_display = ["__str__", "who", "state", "finished_at"]
    list_filter = ["kind", "state"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
