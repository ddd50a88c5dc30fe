from django.contrib import admin
from django.db import models
from django.forms import CheckboxSelectMultiple

from helphub.campaigns.days import coming_round
from helphub.campaigns.models import Campaign, Material
from helphub.content.admin import EditingInline
from helphub.history.entry_admin import ARCHIVE, EntryAdmin


class MaterialInline(EditingInline):
    model = Material
    form_fields = ["url", "title"]


@admin.register(Campaign)
class CampaignAdmin(EntryAdmin):
    list_display = ["name", "starts_on", "ends_on", "is_on_home", "is_published"]
    list_editable = ()
    list_filter = ["is_published", "is_on_home"]
    inlines = [MaterialInline]
    formfield_overrides = {models.ManyToManyField: {"widget": CheckboxSelectMultiple}}
    parts = {
        "Where it leads": ["guide", "topic"],
        "Its own page, which prints as a poster": ["title", "slug"],
    }
    form_fields = [
        "is_published",
        "starts_on",
        "ends_on",
        "is_on_home",
        "topics",
        "guide",
        "topic",
        "title",
        "slug",
        *ARCHIVE,
        "reviewed_on",
        "name",
        "words",
    ]

    def changelist_view(self, request, extra_context=None):
        days = coming_round() if self.has_add_permission(request) else []
        return super().changelist_view(request, (extra_context or {}) | {"coming_round": days})
