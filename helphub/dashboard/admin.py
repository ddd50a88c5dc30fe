from django.contrib import admin

from helphub.dashboard.models import OpenQuestion
from helphub.history.admin import KeepsHistory


@admin.register(OpenQuestion)
class OpenQuestionAdmin(KeepsHistory, admin.ModelAdmin):
    """Questions we have no answer to yet. Readers never see them."""

    list_display = ["words", "is_open"]
    search_fields = ["words", "answer"]
    fields = ["words", "todo", "phone", "service", "contact_line", "answer", "slug"]

    @admin.display(description="open", boolean=True)
    def is_open(self, question):
        return not question.answer
