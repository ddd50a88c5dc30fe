"""The form of an audit, with a result for each thing that its standard asks."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import render

from helphub.content.admin import EditingInline, PermanentRows
from helphub.history.entry_admin import EntryAdmin, readers_have_had
from strategy import models
from strategy.admin import audit_form


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
