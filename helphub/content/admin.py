"""The base of the admin: what all our forms and lists share."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import FORMFIELD_FOR_DBFIELD_DEFAULTS
from django.db import models
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import get_language_info
from modeltranslation.admin import TranslationStackedInline
from modeltranslation.utils import build_localized_fieldname

from helphub.content import signals, validators
from helphub.content.entries import translated_fields
from helphub.content.forms import (
    DayField,
    DayInput,
    LinesField,
    ProseField,
    TimeOfDayField,
)
from helphub.content.registry import never_read

# As ModelAdmin.fieldsets: each a title or None, and options.
Fieldsets = list[tuple[Any, Any]]

# For every date and time box in the admin, Django's too. Must run before any is made.
FORMFIELD_FOR_DBFIELD_DEFAULTS[models.DateField] = {"form_class": DayField, "widget": DayInput}
FORMFIELD_FOR_DBFIELD_DEFAULTS[models.TimeField]["form_class"] = TimeOfDayField


def has_edition() -> bool:
    """Whether readers get an edition rather than the working database."""
    return (settings.EDITIONS_DIR / "current").is_symlink()


def language_fieldsets(
    model: type[models.Model],
    fields: Sequence[str],
    has_words_first: bool = False,
    parts: Mapping[str, Sequence[str]] | None = None,
) -> Fieldsets:
    """Fieldsets for these fields: one without a language, then one for each language.

    English is open; the others stay closed until an officer opens them. Most officers come for the
    text. With `has_words_first` the fields without a language come last, those of each part under
    its own heading.
    """
    translated = set(translated_fields(model))
    untranslated = [name for name in fields if name not in translated]
    fieldsets: Fieldsets = [] if has_words_first else [(None, {"fields": untranslated})]
    for code, _name in settings.LANGUAGES:
        info = get_language_info(code)
        names = [build_localized_fieldname(name, code) for name in fields if name in translated]
        title = info["name"]
        if code != "en":
            title = format_html(
                '{} (<bdi lang="{}">{}</bdi>)', info["name"], code, info["name_local"]
            )
        fieldsets.append(
            (title, {"fields": names, "classes": [] if code == "en" else ["collapse"]})
        )
    if has_words_first:
        in_parts: set[str] = set()
        for title, part in (parts or {}).items():
            fieldsets.append((title, {"fields": [name for name in part if name in untranslated]}))
            in_parts |= set(part)
        others = [name for name in untranslated if name not in in_parts]
        fieldsets.append(("Where and when it appears", {"fields": others}))
    return fieldsets


class LanguageFields:
    """What forms and inlines share: their fields, language by language."""

    model: type[models.Model]
    # The model's fields, in the order an officer sees them.
    form_fields: Sequence[str] = ()
    has_words_first = False
    # In a long form: fields without a language that belong together, by the words above them.
    parts: Mapping[str, Sequence[str]] = {}
    # Texts whose lines readers see as list items.
    lists_of_lines: Sequence[str] = ()

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Fieldsets:
        return language_fieldsets(self.model, self.form_fields, self.has_words_first, self.parts)

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        original = getattr(db_field, "translated_field", db_field)
        if (
            isinstance(db_field, models.TextField)
            and validators.validate_text in db_field.validators
        ):
            is_list = original.name in self.lists_of_lines
            kwargs["form_class"] = LinesField if is_list else ProseField
        # The admin class that this is mixed into has it.
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field and (code := getattr(db_field, "language", None)):
            label = str(original.verbose_name)
            label = label[:1].upper() + label[1:]
            if code != "en":
                label = f"{label} in {get_language_info(code)['name']}"
            field.label = label
            is_right_to_left = get_language_info(code)["bidi"]
            field.widget.attrs |= {"lang": code, "dir": "rtl" if is_right_to_left else "ltr"}
        return field


class SaysWhatSavingDoes:
    """Tells an officer that saving alone does not reach readers, and what else it changed."""

    def save_related(
        self,
        request: HttpRequest,
        form: forms.ModelForm,
        formsets: Sequence[BaseFormSet],
        change: bool,
    ) -> None:
        # The admin class that this is mixed into has it.
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        signals.saved_in_form.send(
            type(form.instance), request=request, form=form, formsets=formsets
        )
        if has_edition():
            messages.info(request, "Saved. Readers will see this when it is published.")
        all_forms = [form, *(row_form for formset in formsets for row_form in formset.forms)]
        if labels := [label for each_form in all_forms for label in lists_made(each_form)]:
            warning = "What you pasted into %(fields)s is now a list. Check that it is right."
            fields = ", ".join(f"“{label}”" for label in labels)
            messages.warning(request, warning % {"fields": fields})


CHECK_WORDS = "_check_words"  # The button that looks at what is typed, and saves nothing.


class ChecksWords:
    """A button in the form that shows advice on its words. It saves nothing and loses nothing."""

    def get_form(
        self,
        request: HttpRequest,
        obj: models.Model | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[forms.ModelForm]:
        # The admin class that this is mixed into has it.
        form = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        is_only_shown = CHECK_WORDS in request.POST or getattr(request, "is_only_shown", False)
        return _never_valid(form) if is_only_shown else form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if self.model._meta.label_lower not in never_read():  # type: ignore[attr-defined]
            context["can_check_words"] = CHECK_WORDS
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]


def _never_valid(form_class: type[forms.ModelForm]) -> type[forms.ModelForm]:
    """A form that is checked and shown again, but never saved."""

    class Looked(form_class):  # type: ignore[misc, valid-type]
        def is_valid(self) -> bool:
            super().is_valid()
            return False

    Looked.__name__ = form_class.__name__
    return Looked


def lists_made(form: forms.ModelForm) -> list[str]:
    """The fields of a form in which pasted bullets became a list."""
    return [
        str(field.label)
        for name, field in form.fields.items()
        if getattr(field, "made_list", False) and name in form.changed_data
    ]


class FormOfSomeFields(forms.BaseModelForm):
    """A form of some of a model's fields. The model may report an error on one that it lacks."""

    def add_error(self, field: str | None, error: Any) -> None:
        if field is None and hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                super().add_error(name if name in self.fields else None, errors)
        else:
            super().add_error(field, error)


class EntryForm(FormOfSomeFields, forms.ModelForm):
    """An entry's form. It asks before readers lose something, and refuses past days."""

    # The form field that answers yes to the question. Its value is the day in question.
    YES = "_yes"
    question: dict[str, str] | None = None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self._refuse_last_day_gone_by(values)
        self._ask_about_first_day(values)
        return values

    def _refuse_last_day_gone_by(self, values: dict[str, Any]) -> None:
        last = values.get("ends_on")
        is_new = "ends_on" in self.changed_data or "is_published" in self.changed_data
        if last and is_new and values.get("is_published") and last < timezone.localdate():
            words = (
                "This date has passed. Choose a later one. To remove the page now, tick “Archived”."
                if hasattr(self.instance, "is_archived")
                else (
                    "This date has passed. Choose a later one. To remove the entry now, untick "
                    "“Visible to readers”."
                )
            )
            self.add_error("ends_on", words)

    def _ask_about_first_day(self, values: dict[str, Any]) -> None:
        first = values.get("starts_on")
        if not (first and self.instance.pk and values.get("is_published")):
            return
        if not type(self.instance)._base_manager.get(pk=self.instance.pk).is_shown:
            return
        if first <= timezone.localdate() or self.data.get(self.YES) == first.isoformat():
            return
        if (last := values.get("ends_on")) and last < first:
            return  # This is refused anyway.
        day = date_format(first)
        self.question = {
            "value": first.isoformat(),
            "words": f"Yes, hide it until {day}",
        }
        self.add_error(
            "starts_on",
            (
                "Readers can see this now. With this first day, they will lose it until "
                f"{day}. If it has a page of its own, that will only say when it is back. Tick "
                "“Yes” if you mean that, or leave the first day empty."
            ),
        )


def refuse_days_gone_by(form: forms.ModelForm, name: str, words: str) -> None:
    """Refuse a past day in a new or changed row, because nothing can happen on it."""
    day = form.cleaned_data.get(name)
    if day and form.has_changed() and day < timezone.localdate():
        form.add_error(name, words)


class PermanentRows:
    """Rows that record what an officer did. Once saved, they can't be changed or deleted."""

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(PermanentRows, admin.ModelAdmin):
    """A list that nobody adds to, changes or deletes from here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class EditingInline(LanguageFields, TranslationStackedInline):
    """Rows with translated fields, in the form of the record they belong to."""

    extra = 0


class NamedRowForm(FormOfSomeFields, forms.ModelForm):
    """A row of an editable list. Its fields say which row they belong to."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}: {self.instance}"


admin.site.site_header = admin.site.site_title = "Dudley help hub"
admin.site.index_title = "What needs you today"
# The first page links to everything, in the site's own order and words.
admin.site.enable_nav_sidebar = False
