"""The form of a local figure, with its periods."""

from django.contrib import admin

from helphub.history.entry_admin import EntryAdmin
from strategy import models
from strategy.local_data_forms import IndicatorValueForm, IndicatorValueFormSet, protect


class IndicatorValueInline(admin.StackedInline):
    model = models.IndicatorValue
    form = IndicatorValueForm
    formset = IndicatorValueFormSet
    extra = 0
    fields = [("period", "part"), ("value", "out_of"), ("source", "published_on")]


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
