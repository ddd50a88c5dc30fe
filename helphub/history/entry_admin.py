"""The admins that content uses: its fields by language, its history, and what readers had."""

from modeltranslation.admin import TranslationAdmin

from helphub.content import signals
from helphub.content.admin import (
    ChecksWords,
    EntryForm,
    LanguageFields,
    NamedRowForm,
    SaysWhatSavingDoes,
)
from helphub.history.admin import KeepsHistory

# In the forms of most entries: the address, the order, and when readers see it.
SHOWN_FROM_TO = ["slug", "position", "is_published", "starts_on", "ends_on"]
# In the forms of pages: what becomes of the address.
ARCHIVE = ["is_archived", "moved_to"]


class KeepsWhatReadersHad:
    """Stops officers deleting what readers have had: histories and leaflets still hold its address.

    Unpublish it instead. Superusers can still delete it.
    """

    def has_delete_permission(self, request, obj=None):
        may_delete = super().has_delete_permission(request, obj)
        if not may_delete or obj is None or request.user.is_superuser:
            return may_delete
        return not self.readers_have_had(request, obj)

    def readers_have_had(self, request, obj):
        """Whether readers have ever had this, asked once."""
        # Each form checks this several times. The next request must ask again.
        answers = vars(request).setdefault("readers_have_had", {})
        name = (obj._meta.label_lower, obj.pk)
        if name not in answers:
            answers[name] = signals.readers_have_had(obj)
        return answers[name]


class EditingAdmin(
    ChecksWords,
    KeepsWhatReadersHad,
    SaysWhatSavingDoes,
    KeepsHistory,
    LanguageFields,
    TranslationAdmin,
):
    """An admin for a model with translated fields."""

    has_words_first = True

    def view_on_site(self, obj):
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None


class EntryAdmin(EditingAdmin):
    """An admin for entries: in order, published or not, with the page a click away."""

    form = EntryForm
    list_display = ["name", "slug", "position", "is_published", "reviewed_on"]
    list_editable = ["position"]
    list_filter = ["is_published"]
    search_fields = ["slug", "name_en"]

    def get_changelist_form(self, request, **kwargs):
        return super().get_changelist_form(request, form=NamedRowForm, **kwargs)


class PrintedAdmin(EditingAdmin):
    """An admin for the strategy's own text: read-only, with our comment beside it."""

    list_display = ["reference", "words", "section"]
    list_filter = ["section"]
    search_fields = ["reference", "words"]
    own_fields = ()
    has_words_first = False

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @property
    def form_fields(self):
        return ["reference", "words", "section", "position", *self.own_fields, "comment"]

    def get_readonly_fields(self, request, obj=None):
        return ["reference", "words", "section"]
