"""An audit's form: a row for each thing that its standard asks, and what readers must not lose."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.forms import BaseInlineFormSet, CheckboxSelectMultiple
from django.utils.html import format_html

from helphub.content.admin import EntryForm
from strategy.models import Audit, AuditResult, why_not_shown

STAYS_NAMED = "Readers have had this audit, so “{}” stays. You can add actions."


class AuditForm(EntryForm):
    """The rows are looked at together with the rest: what readers see must be whole."""

    class Meta:
        model = Audit
        fields = ()
        widgets = {"actions": CheckboxSelectMultiple}

    def clean(self):
        values = super().clean()
        audit = self.instance
        before = set(audit.actions.all()) if audit.pk else set()
        named = set(values.get("actions", before))
        if audit.is_for_good:
            for action in sorted(before - named, key=str):
                self.add_error("actions", STAYS_NAMED.format(action))
            named -= before
        if values.get("is_published") and "actions" in self.fields:
            for why in sorted(filter(None, map(why_not_shown, named))):
                self.add_error("actions", why)
        return values

    def _post_clean(self):
        for formset in getattr(self.instance, "result_formsets", []):
            formset.is_valid()
            gone = formset.deleted_forms
            self.instance.typed_results = [
                form.instance for form in formset.forms if form not in gone
            ]
        super()._post_clean()


class ResultForm(forms.ModelForm):
    """The result for one criterion. Its number comes with the form."""

    class Meta:
        model = AuditResult
        fields = ()
        widgets = {"number": forms.HiddenInput, "found_en": AdminTextareaWidget({"rows": 4})}

    is_reworded = False  # Whether the standard puts it in other words since the row was saved.

    def has_changed(self):
        # A row in which nothing is chosen or written is not saved.
        return self.is_reworded or bool({"verdict", "found_en"} & set(self.changed_data))


class ResultFormSet(BaseInlineFormSet):
    """A row for each criterion: those that are saved, then those still to be filled in."""

    def __init__(self, *args, instance, **options):
        saved = {row.number for row in instance.results.all()} if instance.pk else set()
        to_do = [] if instance.pk and instance.is_for_good else instance.asked
        self.to_do = [number for number in to_do if number not in saved]
        # So the page has no buttons to add or remove a row.
        self.min_num = self.max_num = len(saved) + len(self.to_do)
        initial = [{"number": number} for number in self.to_do]
        super().__init__(*args, instance=instance, initial=initial, **options)

    def _construct_form(self, i, **options):
        if i >= self.initial_form_count():
            options["empty_permitted"] = True
        form = super()._construct_form(i, **options)
        row = form.instance
        if not row.pk and "number" in form.fields:
            row.number = form["number"].value() or ""
        if not self.instance.is_for_good and (asked := self.instance.asked.get(row.number)):
            form.is_reworded = bool(row.pk) and row.asked != asked
            row.asked = asked
        return form

    def get_unique_error_message(self, unique_check):
        if "number" in unique_check:
            return "Two rows are about one criterion. Empty one of them, or tick “Delete” there."
        return super().get_unique_error_message(unique_check)


@admin.display(description="criterion")
def criterion(result):
    """What a row is about."""
    return format_html("<strong>{}.</strong> {}", result.number, result.asked)
