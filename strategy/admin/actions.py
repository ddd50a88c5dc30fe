"""The form of an action, with its updates."""

from django.contrib import admin
from django.db.models import Q

from helphub.content.admin import EditingInline, PermanentRows
from helphub.history.entry_admin import EntryAdmin
from strategy import models


class ActionUpdateInline(PermanentRows, EditingInline):
    model = models.ActionUpdate
    form_fields = ["dated", "words"]


@admin.register(models.Action)
class ActionAdmin(EntryAdmin):
    list_display = ["name", "priority", "responsible", "due_on", "status", "is_published"]
    list_editable = ()
    list_select_related = ["priority"]
    list_filter = ["is_published", "status", "priority"]
    search_fields = ["name_en", "responsible", "partners"]
    inlines = [ActionUpdateInline]
    parts = {
        "Who does it, and by when": [
            "priority",
            "responsible",
            "partners",
            "begins_on",
            "due_on",
        ],
        "How far it is": ["status", "status_on"],
        "Starting point": ["base", "base_source"],
    }
    form_fields = [
        "priority",
        "is_published",
        "starts_on",
        "ends_on",
        "reviewed_on",
        "name",
        "responsible",
        "partners",
        "begins_on",
        "due_on",
        "status",
        "status_on",
        "measure",
        "status_reason",
        "base",
        "base_source",
    ]

    def formfield_for_foreignkey(self, db_field, request, **options):
        if db_field.name == "priority":
            offered = Q(strategy__state=models.Strategy.State.IN_FORCE)
            match = getattr(request, "resolver_match", None)  # None for a form without a page.
            if action := match and match.kwargs.get("object_id"):
                offered |= Q(actions=action)  # The one it has, whatever became of its strategy.
            options["queryset"] = models.Priority.objects.filter(offered).distinct()
        return super().formfield_for_foreignkey(db_field, request, **options)
