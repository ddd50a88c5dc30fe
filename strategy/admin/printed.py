"""The forms of the strategy's own words, row by row."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from helphub.content import signals
from strategy import models
from strategy.admin.drafts import PrintedRowAdmin, StatisticForm

ACTIONS_HANG_ON_IT = (
    "This priority cannot be deleted: {} of the actions belong to it. Open each of them and choose "
    "another priority, or delete it. Then delete the priority."
)


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
    form = StatisticForm
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
