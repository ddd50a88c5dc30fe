from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from contacts.hours_fields import (
    TIME_HELP,
    ClosingTimeField,
    DaysField,
    OpeningTimeField,
    frequency_of,
)
from contacts.models import (
    ApprovedNumber,
    CallFact,
    Organization,
    Phone,
    Schedule,
    ScheduleException,
    Verification,
)
from helphub.content.admin import (
    EditingInline,
    EntryForm,
    PermanentRows,
    ReadOnlyAdmin,
    SaysWhatSavingDoes,
    language_fieldsets,
    refuse_days_gone_by,
)
from helphub.history.admin import KeepsHistory
from helphub.history.entry_admin import SHOWN_FROM_TO, EntryAdmin, KeepsWhatReadersHad


@admin.register(Organization)
class OrganizationAdmin(KeepsWhatReadersHad, SaysWhatSavingDoes, KeepsHistory, admin.ModelAdmin):
    form = EntryForm
    list_display = ["name", "slug", "is_published"]
    list_filter = ["is_published"]
    search_fields = ["slug", "name"]
    fields = ["name", "slug", "position", "is_published", "starts_on", "ends_on", "reviewed_on"]


TIMES_OF_OPENING = {"opens_at": OpeningTimeField, "closes_at": ClosingTimeField}
HELP_WITH_TIMES = {
    "opens_at": TIME_HELP,
    "closes_at": f"{TIME_HELP} Midnight is the end of the day.",
}


class CallFactInline(EditingInline):
    model = CallFact
    form_fields = ["fact", "answer", "source", "dated", "detail"]


class HoursInline(admin.StackedInline):
    """Rows with an opening and a closing time."""

    extra = 0

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in TIMES_OF_OPENING:
            kwargs["form_class"] = TIMES_OF_OPENING[db_field.name]
            kwargs["help_text"] = HELP_WITH_TIMES[db_field.name]
            if db_field.blank and db_field.name == "opens_at":
                kwargs["help_text"] = f"{TIME_HELP} Leave empty if it is closed on these days."
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class ScheduleForm(forms.ModelForm):
    byday = DaysField(has_weeks=True)

    def clean(self):
        values = super().clean()
        if "byday" in values:  # The ticks say it already.
            self.instance.freq = frequency_of(values["byday"])
        message = "This day has passed, so these hours would never apply. Choose a later day."
        refuse_days_gone_by(self, "valid_to", message)
        return values


class ScheduleInline(HoursInline):
    model = Schedule
    form = ScheduleForm
    fields = [
        "byday",
        ("opens_at", "closes_at", "is_overnight"),
        ("interval", "dtstart"),
        ("valid_from", "valid_to"),
    ]


class ScheduleExceptionForm(forms.ModelForm):
    def clean(self):
        values = super().clean()
        message = "These days have passed. Check the year, or remove this entry."
        refuse_days_gone_by(self, "last_day", message)
        return values


class ScheduleExceptionInline(HoursInline):
    model = ScheduleException
    form = ScheduleExceptionForm
    fields = [("first_day", "last_day"), ("opens_at", "closes_at", "is_overnight")]


class VerificationInline(PermanentRows, admin.StackedInline):
    model = Verification
    extra = 0
    fields = [("verified_on", "method", "role"), "confirmed"]


HOURS = {Schedule: "schedules", ScheduleException: "exceptions"}


def unsaved_rows(formset):
    """The rows of a formset, saved or not. None if the formset is not valid."""
    if not formset.is_valid():
        return None
    deleted = set(formset.deleted_forms)
    return [
        form.instance
        for form in formset.forms
        if form not in deleted and (form.instance.pk or form.has_changed())
    ]


class PhoneForm(EntryForm):
    """The form for a number. Fields that need a second person are not saved from it."""

    def _post_clean(self):
        # Whether a fallback works depends on the hours just typed, not the stored ones.
        formsets = getattr(self.instance, "hours_formsets", [])
        rows = {HOURS[formset.model]: unsaved_rows(formset) for formset in formsets}
        if rows and None not in rows.values():
            self.instance.unsaved_rows = rows
        super()._post_clean()
        self.instance.unsaved_rows = None

    def clean(self):
        values = super().clean()
        stored = Phone.objects.filter(pk=self.instance.pk).first() if self.instance.pk else None
        is_guarded = bool(stored) and self.instance.is_guarded
        for name in Phone.GUARDED if is_guarded else ["role"]:
            # The form no longer has this field, so the page it was sent from is out of date.
            if name in self.data and self.data[name] != getattr(stored, name, ""):
                raise ValidationError(
                    (
                        "Nothing was saved. “%(field)s” cannot be changed in this form: a second "
                        "person must approve it. Use the link above the form to propose a change."
                    ),
                    params={"field": Phone._meta.get_field(name).verbose_name},
                )
        if is_guarded and stored.is_published and not values.get("is_published"):
            self.add_error(
                "is_published",
                (
                    "A critical number cannot be hidden. To take it off the site at once, use "
                    "“Withdraw from every page”."
                ),
            )
        is_new = stored is None or stored.dial != values.get("dial")
        why_not = ApprovedNumber.objects.why_not_dialled(values.get("dial"))
        if is_new and not is_guarded and why_not:
            self.add_error("dial", why_not)
        return values


@admin.register(Phone)
class PhoneAdmin(EntryAdmin):
    form = PhoneForm
    list_display = ["name", "display", "section", "role", "position", "is_published"]
    list_filter = ["is_published", "section", "kind"]
    search_fields = ["slug", "name_en", "dial", "display"]
    form_fields = [
        "dial",
        "display",
        "kind",
        "textphone",
        "role",
        "another_number",
        "organization",
        "section",
        "printed_line",
        "cost_class",
        "cost_source",
        "bank_holidays",
        "hours_are_disputed",
        "never_lapses",
        "minimum_age",
        "maximum_age",
        "sex",
        "is_for_self",
        "is_for_families",
        "is_for_professionals",
        "is_for_one_group",
        "fallback",
        *SHOWN_FROM_TO,
        "reviewed_on",
        "name",
        "purpose",
        "text_instruction",
        "what_happens",
        "cost",
    ]
    parts = {
        "The number": ["dial", "display", "kind", "textphone", "role", "another_number"],
        "Who answers": ["organization"],
        "Cost": ["cost_class", "cost_source"],
        "Whether its hours hold": ["bank_holidays", "hours_are_disputed", "never_lapses"],
        "Who can ring": [
            "minimum_age",
            "maximum_age",
            "sex",
            "is_for_self",
            "is_for_families",
            "is_for_professionals",
            "is_for_one_group",
            "fallback",
        ],
    }
    inlines = [ScheduleInline, ScheduleExceptionInline, VerificationInline, CallFactInline]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change and "dial" in form.changed_data:
            self._say_what_other_digits_leave(request, form.instance.pk)

    def _say_what_other_digits_leave(self, request, key):
        phone = Phone.objects.get(pk=key)
        messages.warning(
            request,
            "The digits have changed. Check that the hours, cost and what happens are still right.",
        )
        if phone.verification is None:
            messages.warning(
                request,
                (
                    "The new digits have not been checked: the last check was of the old ones. "
                    "Ring the new number and add a verification below."
                ),
            )

    @admin.display(description="propose a change")
    def another_number(self, phone):
        if phone is None or not phone.pk:
            return "You can propose a role once the number is saved."
        if phone.is_guarded:  # As get_form noted it.
            link_text = "Propose another number"
            why = "This is a critical number: a second person must approve what you propose."
        else:
            link_text = "Propose it for every page or for “Help now”"
            why = "A second person must approve any number there."
        url = reverse("approvals:propose", args=[phone.pk])
        return format_html('<a href="{}">{}</a><br>{}', url, link_text, why)

    def _create_formsets(self, request, obj, change):
        formsets, inlines = super()._create_formsets(request, obj, change)
        if obj is not None and request.method == "POST":
            obj.hours_formsets = [formset for formset in formsets if formset.model in HOURS]
        return formsets, inlines

    def get_fieldsets(self, request, obj=None):
        # An officer with view permission only gets no link to propose a change.
        fields = [
            name
            for name in self.form_fields
            if name != "another_number" or self.has_change_permission(request, obj)
        ]
        return language_fieldsets(self.model, fields, self.has_words_first, self.parts)

    def get_readonly_fields(self, request, obj=None):
        guarded = Phone.GUARDED if self._is_guarded(request, obj) else ["role"]
        return [*super().get_readonly_fields(request, obj), *guarded, "another_number"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is not None:
            # For the form and the link in it, which are given no request.
            obj.is_guarded = self._is_guarded(request, obj)
        return super().get_form(request, obj, change=change, **kwargs)

    def _is_guarded(self, request, phone):
        """Whether a second person must approve its digits, asked once for each request."""
        if phone is None:
            return False
        answers = vars(request).setdefault("need_second_person", {})
        if phone.pk not in answers:
            answers[phone.pk] = phone.needs_second_person()
        return answers[phone.pk]

    def has_delete_permission(self, request, obj=None):
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and not self._is_guarded(request, obj)

    def delete_view(self, request, object_id, extra_context=None):
        phone = self.get_object(request, object_id)
        is_guarded = self._is_guarded(request, phone)
        if is_guarded and super().has_delete_permission(request, phone):
            messages.error(
                request,
                (
                    "A critical number cannot be deleted. To take it off the site at once, use "
                    "“Withdraw from every page”."
                ),
            )
            return redirect("admin:contacts_phone_change", phone.pk)
        return super().delete_view(request, object_id, extra_context)


@admin.register(ApprovedNumber)
class ApprovedNumberAdmin(ReadOnlyAdmin):
    """Rows come from approved proposals and from manage.py approve_number."""

    list_display = ["line", "display", "dial", "proposed_by", "who", "approved_at"]
    list_filter = ["line"]
    search_fields = ["line", "dial", "display", "who", "proposed_by"]
