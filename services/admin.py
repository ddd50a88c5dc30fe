from django.contrib import admin
from django.db import models
from django.forms import CheckboxSelectMultiple
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from helphub.content import secrecy
from helphub.content.admin import (
    EditingInline,
    EntryForm,
    NamedRowForm,
    PermanentRows,
    SaysWhatSavingDoes,
    language_fieldsets,
)
from helphub.content.permissions import WITHDRAW
from helphub.history.admin import KeepsHistory
from helphub.history.entry_admin import SHOWN_FROM_TO, EntryAdmin, KeepsWhatReadersHad
from services.models import (
    Audience,
    Choice,
    Location,
    Service,
    ServiceArea,
    ServiceVerification,
    Situation,
    Suggestion,
    Town,
)
from strategy.models import FormOfAbuse, Guide


@admin.register(Audience)
class AudienceAdmin(EntryAdmin):
    form_fields = [
        *SHOWN_FROM_TO,
        "reviewed_on",
        "name",
    ]


@admin.register(ServiceArea)
class ServiceAreaAdmin(EntryAdmin):
    form_fields = [
        "slug",
        "code",
        "position",
        "is_published",
        "starts_on",
        "ends_on",
        "reviewed_on",
        "name",
    ]


@admin.register(Town)
class TownAdmin(EntryAdmin):
    form_fields = [
        "title",
        "slug",
        "area",
        "position",
        "is_published",
        "starts_on",
        "ends_on",
        "is_archived",
        "moved_to",
        "reviewed_on",
        "name",
    ]


class LocationInline(EditingInline):
    model = Location
    readonly_fields = ["withdraw"]
    form_fields = [
        "withdraw",
        "address",
        "town",
        "name",
        "address_1",
        "postal_code",
        "step_free",
        "accessible_toilet",
        "hearing_loop",
        "position",
        "when",
        "directions",
    ]

    def get_fieldsets(self, request, obj=None):
        fields = [
            name
            for name in self.form_fields
            if name != "withdraw" or request.user.has_perm(WITHDRAW)
        ]
        return language_fieldsets(self.model, fields, self.has_words_first)

    @admin.display(description="to remove it at once")
    def withdraw(self, location):
        if location.pk is None:
            return "–"
        url = reverse("publishing:withdraw", args=[location._meta.label_lower, location.pk])
        label = "Withdraw it from every page and erase the editions that show it"
        return format_html('<a href="{}">{}</a>', url, label)


class ServiceVerificationInline(PermanentRows, admin.StackedInline):
    model = ServiceVerification
    extra = 0
    fields = [("verified_on", "method", "role"), "confirmed"]


class ServiceForm(EntryForm):
    def clean(self):
        values = super().clean()
        until = values.get("notice_until")
        is_closed = values.get("is_closed_for_now")
        touched = {"notice_until", "notice_en"} & set(self.changed_data)
        touched |= {"is_closed_for_now"} & set(self.changed_data) if is_closed else set()
        if until and touched and until < timezone.localdate():
            self.add_error(
                "notice_until",
                (
                    "This day has passed: readers would see no notice, and the service as open. "
                    "Choose a later day, or leave this empty and end the notice yourself. If the "
                    "service is open again, clear the notice too."
                ),
            )
        elif until and touched and not is_closed and not values.get("notice_en"):
            self.add_error("notice_en", "Write the notice, or clear its last day.")
        self._refuse_numbers_with_an_address(values)
        return values

    def _refuse_numbers_with_an_address(self, values):
        is_secret = values.get("is_secret_place", self.instance.is_secret_place)
        rows = Service.objects.filter(pk=self.instance.pk)
        if "phones" not in values:
            return
        for phone in values["phones"]:
            if secrecy.addresses_in(phone) and (is_secret or rows.hiding_their_address().exists()):
                self.add_error("phones", secrecy.OF_NUMBERS.format(phone))


@admin.register(Service)
class ServiceAdmin(EntryAdmin):
    form = ServiceForm
    list_display = ["name", "organization", "position", "is_published", "reviewed_on"]
    list_filter = ["is_published", "is_own_behaviour", "audiences", "forms_of_abuse"]
    search_fields = ["slug", "line", "name_en", "organization__name"]
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
        "section",
        "position",
        "is_published",
        "starts_on",
        "ends_on",
        "is_archived",
        "moved_to",
        "reviewed_on",
        "is_own_behaviour",
        "is_closed_for_now",
        "notice_until",
        "is_secret_place",
        "has_sign_language",
        "has_drop_in",
        "minimum_age",
        "maximum_age",
        "audiences",
        "forms_of_abuse",
        "areas",
        "name",
        "summary",
        "notice",
        "how_to_get_in",
        "what_to_expect",
        "cost",
        "coverage",
        "languages",
        "accessibility",
        "website_hint",
    ]
    parts = {
        "Title and address": ["title", "slug", "line"],
        "How to reach it": [
            "organization",
            "phones",
            "website",
            "webchat",
            "email",
            "has_sign_language",
        ],
        "Closed for now": ["is_closed_for_now", "notice_until"],
        "Whether its place is secret": ["is_secret_place", "has_drop_in"],
        "Whom it is for": [
            "minimum_age",
            "maximum_age",
            "audiences",
            "forms_of_abuse",
            "areas",
            "is_own_behaviour",
        ],
    }
    inlines = [LocationInline, ServiceVerificationInline]


class SuggestionInline(admin.StackedInline):
    model = Suggestion
    fields = ["service", "position"]
    extra = 0


@admin.register(Choice)
class ChoiceAdmin(EntryAdmin):
    list_display = ["name", "slug", "question", "position", "is_published"]
    list_filter = ["question", "is_published"]
    formfield_overrides = {models.ManyToManyField: {"widget": CheckboxSelectMultiple}}
    form_fields = [
        "question",
        "slug",
        "ability",
        "audiences",
        "forms_of_abuse",
        "position",
        "is_published",
        "starts_on",
        "ends_on",
        "reviewed_on",
        "name",
    ]


@admin.register(Situation)
class SituationAdmin(KeepsWhatReadersHad, SaysWhatSavingDoes, KeepsHistory, admin.ModelAdmin):
    form = EntryForm
    list_display = ["__str__", "slug", "position", "is_published"]
    list_editable = ["position"]
    list_filter = ["who", "what", "when", "is_published"]
    list_select_related = ["who", "what", "when"]
    fields = [
        "slug",
        ("who", "what", "when"),
        "guide",
        ("position", "is_published"),
        ("starts_on", "ends_on"),
        "reviewed_on",
    ]
    inlines = [SuggestionInline]

    def get_changelist_form(self, request, **kwargs):
        return super().get_changelist_form(request, form=NamedRowForm, **kwargs)


# Guides and topics are on a lower floor that cannot import services, so we add the inline here.
for model in (Guide, FormOfAbuse):
    admin.site.get_model_admin(model).inlines = [SuggestionInline]
