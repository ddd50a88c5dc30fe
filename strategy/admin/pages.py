"""The forms of guides, topics, chapters, and of the strategy itself."""

from django.contrib import admin

from helphub.history.entry_admin import (
    ARCHIVE,
    SHOWN_FROM_TO,
    EditingAdmin,
    EntryAdmin,
)
from strategy import models
from strategy.admin.drafts import ChapterForm, DraftAdmin, the_draft


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
