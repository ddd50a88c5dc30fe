from django.contrib import admin
from django.db import models
from django.forms import CheckboxSelectMultiple

from helphub.editing import EntryAdmin
from services.models import Audience, Service, Suggestion
from strategy.models import FormOfAbuse, Guide


@admin.register(Audience)
class AudienceAdmin(EntryAdmin):
    form_fields = ["slug", "position", "is_published", "reviewed_on", "name"]


@admin.register(Service)
class ServiceAdmin(EntryAdmin):
    list_display = ["name", "organization", "position", "is_published", "reviewed_on"]
    list_filter = ["is_published", "is_own_behaviour", "audiences", "forms_of_abuse"]
    search_fields = ["slug", "line", "name_en", "organization__name"]
    autocomplete_fields = ["organization", "phones"]
    formfield_overrides = {models.ManyToManyField: {"widget": CheckboxSelectMultiple}}
    form_fields = [
        "title",
        "slug",
        "line",
        "organization",
        "phones",
        "website",
        "webchat",
        "email",
        "position",
        "is_published",
        "reviewed_on",
        "is_own_behaviour",
        "audiences",
        "forms_of_abuse",
        "name",
        "summary",
        "what_to_expect",
        "coverage",
        "languages",
        "accessibility",
        "website_hint",
    ]


class SuggestionInline(admin.StackedInline):
    model = Suggestion
    fields = ["service", "position"]
    autocomplete_fields = ["service"]
    extra = 0


# The pages of the floor below get their list of services up here, where services are known.
for page in (Guide, FormOfAbuse):
    admin.site.get_model_admin(page).inlines = [SuggestionInline]
