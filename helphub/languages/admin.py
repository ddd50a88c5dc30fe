from django.contrib import admin

from helphub.content.admin import SaysWhatSavingDoes
from helphub.history.admin import KeepsHistory
from helphub.languages.models import Language


@admin.register(Language)
class LanguageAdmin(SaysWhatSavingDoes, KeepsHistory, admin.ModelAdmin):
    """Whether readers are offered a language. The languages themselves are in the settings."""

    list_display = ["__str__", "is_offered"]
    readonly_fields = ["slug"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
