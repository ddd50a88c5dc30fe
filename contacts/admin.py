from django.contrib import admin

from contacts.models import (
    ApprovedNumber,
    CallFact,
    Organization,
    Phone,
    Schedule,
    ScheduleException,
    Verification,
)
from helphub.editing import EditingInline, EntryAdmin, KeepsWhatReadersHad, SaysWhatSavingDoes


@admin.register(Organization)
class OrganizationAdmin(KeepsWhatReadersHad, SaysWhatSavingDoes, admin.ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["slug", "name"]
    fields = ["name", "slug"]


class CallFactInline(EditingInline):
    model = CallFact
    form_fields = ["fact", "answer", "source", "dated", "detail"]


class ScheduleInline(admin.StackedInline):
    model = Schedule
    extra = 0
    fields = [
        ("byday", "opens_at", "closes_at", "is_overnight"),
        ("freq", "interval", "dtstart"),
        ("valid_from", "valid_to"),
    ]


class ScheduleExceptionInline(admin.StackedInline):
    model = ScheduleException
    extra = 0
    fields = [("first_day", "last_day"), ("opens_at", "closes_at", "is_overnight")]


class VerificationInline(admin.StackedInline):
    model = Verification
    extra = 0
    fields = [("verified_on", "method", "role"), "confirmed"]


@admin.register(Phone)
class PhoneAdmin(EntryAdmin):
    list_display = ["name", "display", "section", "role", "position", "is_published"]
    list_filter = ["is_published", "section", "kind"]
    search_fields = ["slug", "name_en", "dial", "display"]
    form_fields = [
        "dial",
        "display",
        "kind",
        "textphone",
        "organization",
        "section",
        "role",
        "printed_line",
        "cost_class",
        "cost_source",
        "bank_holidays",
        "hours_are_disputed",
        "never_lapses",
        "fallback",
        "slug",
        "position",
        "is_published",
        "reviewed_on",
        "name",
        "purpose",
        "text_instruction",
        "what_happens",
        "cost",
    ]
    inlines = [ScheduleInline, ScheduleExceptionInline, VerificationInline, CallFactInline]

    def has_delete_permission(self, request, obj=None):
        # The numbers of every page stay: give the role to another row first.
        return super().has_delete_permission(request, obj) and not (obj and obj.role)


@admin.register(ApprovedNumber)
class ApprovedNumberAdmin(admin.ModelAdmin):
    """To be read only: manage.py approve_number adds a row."""

    list_display = ["line", "display", "dial", "who", "approved_at"]
    list_filter = ["line"]
    search_fields = ["line", "dial", "display"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
