from django.contrib import admin

from helphub.content import signals
from helphub.content.admin import EditingInline, PermanentRows
from helphub.history.entry_admin import ARCHIVE, SHOWN_FROM_TO, EntryAdmin, PrintedAdmin
from strategy import models


class LockedPagesAdmin(EntryAdmin):
    """Locks pages that the site itself links to, so their address cannot change."""

    def is_locked(self, page):
        return True

    def get_readonly_fields(self, request, obj=None):
        fixed = ["slug", "is_published", "starts_on", "ends_on", "is_archived", "moved_to"]
        return fixed if obj and self.is_locked(obj) else []

    def has_delete_permission(self, request, obj=None):
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and not (obj and self.is_locked(obj))


@admin.register(models.Guide)
class GuideAdmin(LockedPagesAdmin):
    list_filter = ["is_published", "is_own_behaviour"]
    form_fields = [
        "title",
        *SHOWN_FROM_TO,
        *ARCHIVE,
        "reviewed_on",
        "is_own_behaviour",
        "name",
        "summary",
        "content_note",
        "body",
        "door",
    ]

    def is_locked(self, page):
        return page.slug in models.LINKED_GUIDES


@admin.register(models.FormOfAbuse)
class FormOfAbuseAdmin(EntryAdmin):
    lists_of_lines = ["signs", "actions"]
    form_fields = [
        "title",
        *SHOWN_FROM_TO,
        *ARCHIVE,
        "reviewed_on",
        "words",
        "name",
        "summary",
        "content_note",
        "description",
        "signs",
        "reassurance",
        "actions",
        "comment",
    ]

    def get_readonly_fields(self, request, obj=None):
        return ["words"]

    def has_delete_permission(self, request, obj=None):
        # A form of abuse that the strategy names can be unpublished, but not deleted.
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and not (obj and obj.reference)


@admin.register(models.Chapter)
class ChapterAdmin(LockedPagesAdmin):
    form_fields = [
        "title",
        "slug",
        "position",
        "is_published",
        "reviewed_on",
        "name",
        "summary",
        "content_note",
        "introduction",
    ]

    def has_add_permission(self, request):
        return False


class SummaryAdmin(PrintedAdmin):
    """The strategy's own text with our short version of it."""

    own_fields = ["period"]

    @property
    def form_fields(self):
        return [*super().form_fields, "summary"]


@admin.register(models.Passage)
class PassageAdmin(SummaryAdmin):
    list_filter = ["chapter"]


@admin.register(models.Statistic)
class StatisticAdmin(PrintedAdmin):
    list_display = ["reference", "figure", "words", "period"]
    own_fields = [
        "measure",
        "population",
        "period",
        "newer_value",
        "newer_source",
        "newer_is_comparable",
    ]

    @property
    def form_fields(self):
        own_words = ["claim", "caption", "newer_caption", "newer_figure", "not_comparable"]
        return [*super().form_fields, *own_words]


class CitedAdmin(PrintedAdmin):
    """What others have published, with what came of its last checks."""

    list_filter = []

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "last_checks"]

    @admin.display(description="last checks")
    def last_checks(self, obj):
        return "\n".join(signals.last_checks(obj))


@admin.register(models.Programme)
class ProgrammeAdmin(PrintedAdmin):
    list_display = ["reference", "words", "agency"]
    list_filter = ["agency"]
    own_fields = ["agency", "period"]


@admin.register(models.Body)
class BodyAdmin(PrintedAdmin):
    list_display = ["reference", "words", "reports_to"]
    list_select_related = ["reports_to"]
    list_filter = []
    own_fields = ["current_name", "reports_to", "replaced_by", "known_on"]


@admin.register(models.Document)
class DocumentAdmin(CitedAdmin):
    own_fields = ["period", "url", "archived_url", "current_title", "current_url", "last_checks"]


@admin.register(models.HubArea)
class HubAreaAdmin(PrintedAdmin):
    list_filter = []
    own_fields = ["form_of_abuse"]


@admin.register(models.ContactLine)
class ContactLineAdmin(PrintedAdmin):
    list_filter = []
    own_fields = ["audience"]


@admin.register(models.Source)
class SourceAdmin(CitedAdmin):
    own_fields = ["url", "archived_url", "current_title", "current_url", "last_checks"]


@admin.register(models.Priority)
class PriorityAdmin(SummaryAdmin):
    list_filter = []


@admin.register(models.Principle, models.Standard)
class OtherPrintedAdmin(PrintedAdmin):
    list_filter = []
    own_fields = ["period"]


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
