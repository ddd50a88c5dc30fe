"""The annual report's form: choose the year, take the actions, read, publish."""

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import reverse

from helphub.content.admin import EditingInline, EntryForm, PermanentRows
from helphub.content.rows import in_words
from helphub.history.entry_admin import ARCHIVE, EntryAdmin, readers_have_had
from strategy import models, taking
from strategy.models.reports import FROZEN, counted

YEAR, ENGLISH = "The year", "English"  # Parts of the form.
TAKE = "_take"  # The button that saves the form and takes the actions.
NO_EDITION = (
    "No edition of {} is kept any more. These are the actions that were saved by then and marked "
    "as visible. Check that readers had them."
)


class AnnualReportForm(EntryForm):
    """A report's form. It refuses to take the actions of a year that is not over."""

    def _post_clean(self):
        super()._post_clean()  # It fills in the days.
        if TAKE not in self.data or not self.instance.last_on:
            return
        if "last_on" not in self.fields:
            self.add_error(None, FROZEN)
        elif not self.instance.is_over():
            self.add_error("last_on", self._not_over())

    def _not_over(self):
        last_on = self.instance.last_on
        return (
            f"{in_words(last_on)} has not ended, so nobody knows how the actions will stand. "
            "Press “Save” now, and take them after that day."
        )


class OnlyKept(PermanentRows, EditingInline):
    """Rows that versions keep and that are in no form: taking the actions makes them."""

    def has_add_permission(self, request, obj=None):
        return False


class ReportedPriorityInline(OnlyKept):
    model = models.ReportedPriority
    form_fields = ["reference", "words", "summary"]


class ReportedActionInline(OnlyKept):
    model = models.ReportedAction
    form_fields = ["reference", "name", "responsible", "partners", "due_on", "status"]


class ReportedUpdateInline(OnlyKept):
    model = models.ReportedUpdate
    form_fields = ["action", "dated", "words"]


class ReportCorrectionInline(PermanentRows, EditingInline):
    model = models.ReportCorrection
    form_fields = ["dated", "words"]


@admin.register(models.AnnualReport)
class AnnualReportAdmin(EntryAdmin):
    form = AnnualReportForm
    change_form_template = "admin/strategy/report_form.html"
    list_display = ["__str__", "first_on", "last_on", "taken_on", "is_published"]
    list_editable = ()
    search_fields = ["year", "introduction_en", "next_steps_en"]
    inlines = [
        ReportCorrectionInline,
        ReportedPriorityInline,
        ReportedActionInline,
        ReportedUpdateInline,
    ]
    parts = {YEAR: ["year", "first_on", "last_on"]}
    form_fields = [
        "year",
        "first_on",
        "last_on",
        "is_published",
        "starts_on",
        "ends_on",
        *ARCHIVE,
        "introduction",
        "next_steps",
    ]

    def get_fieldsets(self, request, obj=None):
        """The year first: everything else follows from it. Frozen words are not in the form."""
        fieldsets = super().get_fieldsets(request, obj)
        if self._is_frozen(request, obj):
            fieldsets = [part for part in fieldsets if part[0] != ENGLISH]
        return sorted(fieldsets, key=lambda part: part[0] != YEAR)

    def _is_frozen(self, request, obj):
        return obj is not None and readers_have_had(request, obj)

    def get_inlines(self, request, obj):
        return [ReportCorrectionInline] if self._is_frozen(request, obj) else []

    def get_readonly_fields(self, request, obj=None):
        if not self._is_frozen(request, obj):
            return []
        return self.parts[YEAR]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {"frozen": self._is_frozen(request, obj)}
        if obj:
            parts = obj.parts()
            context |= {
                "parts": parts,
                "said": filter(None, [obj.introduction_en, obj.next_steps_en]),
                "counts": counted(parts),
                "without": [part.priority for part in parts if not part.actions],
            }
        if not context["frozen"] and self.has_change_permission(request, obj):
            context["take"] = {"name": TAKE, "words": _take_in_words(obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if TAKE in request.POST:
            self._take(request, form.instance)

    def _take(self, request, report):
        taken = taking.take(report)
        day = in_words(report.last_on)
        messages.success(
            request,
            f"Taken as they stood on {day}. Actions: {taken.actions}. Updates: {taken.updates}. "
            "Read them, then tick “Visible to readers”.",
        )
        if not taken.is_from_edition:
            messages.warning(request, NO_EDITION.format(day))

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        return self._stay(obj) if TAKE in request.POST else response

    def response_change(self, request, obj):
        response = super().response_change(request, obj)
        return self._stay(obj) if TAKE in request.POST else response

    @staticmethod
    def _stay(report):
        """Back to the form, to read what was taken."""
        return redirect(reverse("admin:strategy_annualreport_change", args=[report.pk]))


def _take_in_words(report):
    if report is None:
        return "Save and take the actions"
    again = " again" if report.taken_on else ""
    return f"Save and take the actions{again}, as on {in_words(report.last_on)}"
