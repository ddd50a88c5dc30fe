from django.contrib import admin

from helphub.advice.models import WordToAvoid
from helphub.history.admin import KeepsHistory


@admin.register(WordToAvoid)
class WordToAvoidAdmin(KeepsHistory, admin.ModelAdmin):
    """The words that officers are advised against."""

    list_display = ["words", "kind", "better"]
    list_filter = ["kind"]
    search_fields = ["words", "better"]
    fields = ["kind", "words", "why", "better"]
