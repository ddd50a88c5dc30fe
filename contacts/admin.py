from django.contrib import admin

from contacts.models import CallFact, Organization, Phone
from helphub.editing import EditingInline, EntryAdmin


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "is_published"]
    list_filter = ["is_published"]
    search_fields = ["slug", "name"]
    fields = ["name", "slug", "position", "is_published", "reviewed_on"]


class CallFactInline(EditingInline):
    model = CallFact
    form_fields = ["fact", "answer", "source", "dated", "detail"]


@admin.register(Phone)
class PhoneAdmin(EntryAdmin):
    list_display = ["name", "display", "section", "role", "position", "is_published"]
    list_filter = ["is_published", "section", "kind"]
    search_fields = ["slug", "name_en", "dial", "display"]
    autocomplete_fields = ["organization"]
    form_fields = [
        "dial",
        "display",
        "kind",
        "textphone",
        "organization",
        "section",
        "role",
        "printed_line",
        "cost_source",
        "slug",
        "position",
        "is_published",
        "reviewed_on",
        "name",
        "purpose",
        "text_instruction",
        "cost",
    ]
    inlines = [CallFactInline]

    def has_delete_permission(self, request, obj=None):
        # The numbers of every page stay: give the role to another row first.
        return super().has_delete_permission(request, obj) and not (obj and obj.role)
