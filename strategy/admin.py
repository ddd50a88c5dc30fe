from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from helphub.content import signals
from helphub.content.admin import EditingInline, PermanentRows
from helphub.history.entry_admin import (
    ARCHIVE,
    SHOWN_FROM_TO,
    EditingAdmin,
    EntryAdmin,
    readers_have_had,
)
from strategy import audit_form, models
from strategy import report_admin as report_admin  # The annual report's form.
from strategy.draft_admin import ChapterForm, DraftAdmin, PrintedRowAdmin, the_draft
from strategy.local_data_forms import IndicatorValueForm, IndicatorValueFormSet, protect

ACTIONS_HANG_ON_IT = (
    "This priority cannot be deleted: {} of the actions belong to it. Open each of them and choose "
    "another priority, or delete it. Then delete the priority."
)


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


@admin.register(models.Strategy)
class StrategyAdmin(EditingAdmin):
    """There is one draft at most. Its state is changed on the page of renewal, never here."""

    list_display = ["name", "years", "state"]
    form_fields = ["slug", "name", "first_year", "last_year", "adopted_on", "url"]
    has_words_first = False

    def has_add_permission(self, request):
        return super().has_add_permission(request) and the_draft(request) is None

    def has_delete_permission(self, request, obj=None):
        # Rows go first, so nothing is lost by one press.
        may_delete = admin.ModelAdmin.has_delete_permission(self, request, obj)
        return may_delete and obj is not None and obj.is_draft

    def get_readonly_fields(self, request, obj=None):
        return ["slug"] if obj else []

    def view_on_site(self, obj):
        return None if obj.is_draft else super().view_on_site(obj)


@admin.register(models.Chapter)
class ChapterAdmin(DraftAdmin, LockedPagesAdmin):
    form = ChapterForm
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

    def is_locked(self, page):
        return not page.strategy.is_draft


class SummaryAdmin(PrintedRowAdmin):
    """The strategy's own text with our short version of it."""

    own_fields = ["period"]

    @property
    def form_fields(self):
        return [*super().form_fields, "summary"]


@admin.register(models.Passage)
class PassageAdmin(SummaryAdmin):
    list_filter = ["chapter"]
    printed_fields = ["chapter", "source"]


@admin.register(models.Statistic)
class StatisticAdmin(PrintedRowAdmin):
    list_display = ["reference", "figure", "words", "period"]
    own_fields = [
        "measure",
        "population",
        "period",
        "newer_value",
        "newer_source",
        "newer_is_comparable",
    ]
    printed_fields = ["figure", "citation", "source", "read_with"]

    @property
    def form_fields(self):
        own_words = ["claim", "caption", "newer_caption", "newer_figure", "not_comparable"]
        return [*super().form_fields, *own_words]


class CitedAdmin(PrintedRowAdmin):
    """What others have published, with what came of its last checks."""

    list_filter = []

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "last_checks"]

    @admin.display(description="last checks")
    def last_checks(self, obj):
        return "\n".join(signals.last_checks(obj))


@admin.register(models.Programme)
class ProgrammeAdmin(PrintedRowAdmin):
    list_display = ["reference", "words", "agency"]
    list_filter = ["agency"]
    own_fields = ["agency", "period"]


@admin.register(models.Body)
class BodyAdmin(PrintedRowAdmin):
    list_display = ["reference", "words", "reports_to"]
    list_select_related = ["reports_to"]
    list_filter = []
    own_fields = ["current_name", "reports_to", "replaced_by", "known_on"]


@admin.register(models.Document)
class DocumentAdmin(CitedAdmin):
    own_fields = ["period", "url", "archived_url", "current_title", "current_url", "last_checks"]


@admin.register(models.HubArea)
class HubAreaAdmin(PrintedRowAdmin):
    list_filter = []
    own_fields = ["form_of_abuse"]
    printed_fields = ["url", "source"]


@admin.register(models.FormAsPrinted)
class FormAsPrintedAdmin(PrintedRowAdmin):
    list_filter = []
    own_fields = ["form_of_abuse"]


@admin.register(models.ContactLine)
class ContactLineAdmin(PrintedRowAdmin):
    list_filter = []
    own_fields = ["audience"]


@admin.register(models.Source)
class SourceAdmin(CitedAdmin):
    own_fields = ["url", "archived_url", "current_title", "current_url", "last_checks"]
    printed_fields = ["number"]


@admin.register(models.Priority)
class PriorityAdmin(SummaryAdmin):
    list_filter = []

    def delete_view(self, request, object_id, extra_context=None):
        priority = self.get_object(request, unquote(object_id))
        count = priority.actions.count() if priority else 0
        if count and self.has_delete_permission(request, priority):
            messages.error(request, ACTIONS_HANG_ON_IT.format(count))
            return redirect("admin:strategy_priority_change", object_id)
        return super().delete_view(request, object_id, extra_context)


@admin.register(models.Principle)
class PrincipleAdmin(PrintedRowAdmin):
    list_filter = []
    own_fields = ["period"]


class CriterionInline(admin.StackedInline):
    model = models.Criterion
    extra = 0
    fields = [("number", "source"), "words"]


@admin.register(models.Standard)
class StandardAdmin(PrincipleAdmin):
    own_fields = ["period", "audit"]
    printed_fields = ["named_in", "source"]
    inlines = [CriterionInline]

    @admin.display(description="audits")
    def audit(self, standard):
        if standard is None or not standard.criteria.exists():
            return "Add its criteria below and save. Then you can add an audit."
        url = reverse("admin:strategy_audit_add")
        return format_html('<a href="{}?standard={}">Add an audit</a>', url, standard.pk)

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "audit"]


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


class AuditResultInline(EditingInline):
    """In English alone, so that twelve rows stay readable. Translators have a page of their own."""

    model = models.AuditResult
    form = audit_form.ResultForm
    formset = audit_form.ResultFormSet
    readonly_fields = [audit_form.criterion]

    def get_fieldsets(self, request, obj=None):
        fields = [audit_form.criterion, "verdict", "found_en"]
        # A row that cannot be changed would show its number twice.
        may_change = obj is None or self.has_change_permission(request, obj)
        return [(None, {"fields": [*fields, "number"] if may_change else fields})]

    def has_add_permission(self, request, obj):
        return super().has_add_permission(request, obj) and not _stays(request, obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not _stays(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not _stays(request, obj)


class AuditCorrectionInline(PermanentRows, EditingInline):
    model = models.AuditCorrection
    form_fields = ["dated", "words"]


def _stays(request, audit):
    """Whether readers have had this audit, so that it can only be corrected."""
    return audit is not None and audit.pk is not None and readers_have_had(request, audit)


@admin.register(models.Audit)
class AuditAdmin(EntryAdmin):
    form = audit_form.AuditForm
    list_display = ["__str__", "standard", "done_by", "is_published"]
    list_editable = ()
    list_select_related = ["standard"]
    list_filter = ["is_published", "standard"]
    search_fields = ["done_by", "scope_en", "summary_en"]
    inlines = [AuditResultInline, AuditCorrectionInline]
    parts = {
        "Which standard, when and by whom": ["standard", "day", "done_by"],
        "What follows from it": ["actions"],
    }
    form_fields = [
        "standard",
        "day",
        "done_by",
        "actions",
        "is_published",
        "starts_on",
        "ends_on",
        "scope",
        "summary",
    ]

    def add_view(self, request, form_url="", extra_context=None):
        if request.method == "POST" or "standard" in request.GET:
            return super().add_view(request, form_url, extra_context)
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": "Add an audit: of which standard?",
            "opts": self.opts,
            "standards": models.Standard.objects.filter(
                strategy__state=models.Strategy.State.IN_FORCE
            ).prefetch_related("criteria"),
        }
        return render(request, "admin/strategy/which_standard.html", context)

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if _stays(request, obj):
            fieldsets[0][1]["description"] = (
                "Readers have had this audit, so it stays as it is. Put a mistake right under "
                "“Corrections”."
            )
        return fieldsets

    def get_inlines(self, request, obj):
        return self.inlines if _stays(request, obj) else [AuditResultInline]

    def get_readonly_fields(self, request, obj=None):
        if _stays(request, obj):
            return models.Audit.SAID
        return ["standard"] if obj else []

    def formfield_for_foreignkey(self, db_field, request, **options):
        if db_field.name == "standard":
            # Chosen on the page before: the rows below are those of this one.
            options["queryset"] = models.Standard.objects.filter(pk=_chosen(request))
            options["empty_label"] = None
        return super().formfield_for_foreignkey(db_field, request, **options)

    def _create_formsets(self, request, obj, change):
        if change:
            obj.is_for_good = _stays(request, obj)  # Its rows need not ask again.
        else:
            obj.standard = models.Standard.objects.filter(pk=_chosen(request)).first()
        formsets, inlines = super()._create_formsets(request, obj, change)
        if request.method == "POST" and not obj.is_for_good:
            obj.result_formsets = [
                formset for formset in formsets if formset.model is models.AuditResult
            ]
        return formsets, inlines


def _chosen(request):
    """The key of the standard that a new audit is of, or 0."""
    written = request.POST.get("standard") or request.GET.get("standard", "")
    return int(written) if written.isdecimal() and len(written) < 10 else 0


class IndicatorValueInline(admin.TabularInline):
    model = models.IndicatorValue
    form = IndicatorValueForm
    formset = IndicatorValueFormSet
    extra = 0
    fields = ["period", "part", "value", "out_of", "source", "published_on"]


@admin.register(models.Indicator)
class IndicatorAdmin(EntryAdmin):
    change_form_template = "admin/strategy/indicator_form.html"
    list_display = ["name", "counted_by", "periods", "position", "is_published", "reviewed_on"]
    list_filter = ["is_published", "counted_by"]
    search_fields = ["name_en", "counted_by"]
    inlines = [IndicatorValueInline]
    parts = {"How it is counted": ["counted_by", "measure", "periods", "do_parts_add_up"]}
    form_fields = [
        "name",
        "counted",
        "unit",
        "counted_by",
        "measure",
        "periods",
        "do_parts_add_up",
        "position",
        "is_published",
        "starts_on",
        "ends_on",
        "reviewed_on",
    ]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST":
            # Before anything reads the form: a small number must not get further than this.
            protect(request, self._saved_figures(object_id))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _saved_figures(self, object_id):
        if not (object_id or "").isdecimal():
            return {}
        rows = models.IndicatorValue.objects.filter(indicator=object_id).values_list("pk", "value")
        return {str(key): value for key, value in rows}
