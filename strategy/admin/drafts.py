"""Forms for the rows of a strategy: those of a draft can be added, changed and deleted."""

from django import forms
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist

from helphub.content.admin import EntryForm, language_fieldsets
from helphub.history import versions
from helphub.history.entry_admin import PrintedAdmin, readers_have_had
from strategy.models import Strategy


def the_draft(request):
    """The draft, read once for each request, because each list asks for it."""
    kept = vars(request)
    if "draft_strategy" not in kept:
        kept["draft_strategy"] = Strategy.objects.draft()
    return kept["draft_strategy"]


NO_SOURCE = (
    "Say where this figure comes from: choose its footnote, or write here what the document names. "
    "If it names nothing, write: none given."
)


class OfOneStrategy:
    """A new row belongs to the draft. A form offers only rows of its own strategy."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding and (draft := Strategy.objects.draft()):
            self.instance.strategy = draft
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and _has_strategy(field.queryset.model):
                field.queryset = field.queryset.filter(strategy=self.instance.strategy_id)


def _has_strategy(model):
    try:
        return bool(model._meta.get_field("strategy"))
    except FieldDoesNotExist:
        return False


class ChapterForm(OfOneStrategy, EntryForm):
    """A chapter's form."""


class RowForm(OfOneStrategy, forms.ModelForm):
    """The form of a row as printed."""


class StatisticForm(RowForm):
    """The form of a figure: in a draft, one with a number says where it comes from.

    The form alone asks: a row that is carried over, or taken from a document, gets it here.
    """

    def clean(self):
        super().clean()
        is_given = self.cleaned_data.get("source") or self.cleaned_data.get("citation")
        if self.instance.strategy.is_draft and not is_given:
            figure = self.cleaned_data.get("figure") or ""
            if any(map(str.isdigit, figure)):
                self.add_error("citation", NO_SOURCE)


def _has_been_in_force(strategy):
    """Whether it was put in force before it became a draft again."""
    saved = versions.of_record(Strategy, strategy.pk)
    return any(
        version.contents["fields"].get("state") == Strategy.State.IN_FORCE for version in saved
    )


class DraftAdmin:
    """Mixed into the admins of rows that belong to a strategy."""

    def is_open(self, request, obj=None):
        """Whether the row, or a new one, belongs to the draft."""
        draft = the_draft(request)
        return draft is not None and (obj is None or obj.strategy_id == draft.slug)

    def has_add_permission(self, request):
        return admin.ModelAdmin.has_add_permission(self, request) and self.is_open(request)

    def has_delete_permission(self, request, obj=None):
        may_delete = admin.ModelAdmin.has_delete_permission(self, request, obj)
        if not may_delete or obj is None or not self.is_open(request, obj):
            return False
        # What an edition has of a draft, no reader has ever seen, unless it was in force before.
        if request.user.is_superuser or not readers_have_had(request, obj):
            return True
        return not _has_been_in_force(obj.strategy)

    def get_list_filter(self, request):
        return ["strategy", *super().get_list_filter(request)]

    def view_on_site(self, obj):
        return None if obj.strategy.is_draft else super().view_on_site(obj)

    def get_changeform_initial_data(self, request):
        last = self.model._base_manager.filter(strategy__state=Strategy.State.DRAFT)
        last = last.order_by("position").values_list("position", flat=True).last() or 0
        return {"position": last + 10} | super().get_changeform_initial_data(request)


class PrintedRowAdmin(DraftAdmin, PrintedAdmin):
    """The admin of a row as printed."""

    form = RowForm
    # What the document says beside the words. It can be changed in a draft alone.
    printed_fields = ["source"]

    def get_fieldsets(self, request, obj=None):
        fields = list(self.form_fields)
        if self.is_open(request, obj):
            new = [name for name in self.printed_fields if name not in fields]
            after = fields.index("section") + 1
            fields[after:after] = new
        if obj is None:
            fields.remove("reference")
        return language_fieldsets(self.model, fields, self.has_words_first, self.parts)

    def get_readonly_fields(self, request, obj=None):
        if self.is_open(request, obj):
            return ["reference"] if obj else []
        return super().get_readonly_fields(request, obj)
