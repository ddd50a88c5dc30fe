"""Every text that is translated: the content's fields and the interface's words."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import polib
from django.conf import settings
from django.utils.translation import to_locale
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from helphub.content.entries import translated_fields
from helphub.content.fingerprint import fingerprint
from helphub.content.registry import content_models, never_read
from helphub.languages.names import codes
from helphub.languages.states import Name

INTERFACE = "interface"
LISTS = {("strategy.formofabuse", "signs"), ("strategy.formofabuse", "actions")}


class Text(NamedTuple):
    """A text in English and in every language it has words in."""

    name: Name
    natural_key: str
    english: str
    words: dict[str, str]
    record: object = None  # The row, or None for the interface.

    @property
    def is_list(self):
        """Whether readers see each line as an item of a list."""
        return (self.name.label, self.name.field) in LISTS

    @property
    def context(self):
        """What names it in an exchange file, whatever the database's keys are."""
        return f"{self.name.label} {self.natural_key} {self.name.field}".replace("  ", " ")


@cache
def translated_models():
    """The kinds of record whose words readers see in their language."""
    registered = translator.get_registered_models(abstract=False)
    return [
        model
        for model in content_models()
        if model in registered and model._meta.label_lower not in never_read()
    ]


def of_record(row) -> Iterator[Text]:
    """The texts of a record that have English, in the order of its form."""
    # What modeltranslation says is in another order each time the program starts.
    translated = translated_fields(type(row))
    for field in row._meta.fields:
        if field.name in translated:
            text = one(Name(row._meta.label_lower, row.pk, field.name), row)
            if text.english:
                yield text


def one(name, row):
    """A field of a record as a text."""
    english = getattr(row, build_localized_fieldname(name.field, "en")) or ""
    words = {
        code: getattr(row, build_localized_fieldname(name.field, code)) or "" for code in codes()
    }
    return Text(name, " ".join(row.natural_key()), english, words, row)


def find(name):
    """The text with this name, or None."""
    if name.label == INTERFACE:
        return next((text for text in of_interface() if text.name == name), None)
    model = next((m for m in translated_models() if m._meta.label_lower == name.label), None)
    row = model and model._base_manager.filter(pk=name.key).first()
    if row is None or name.field not in translated_fields(model):
        return None
    return one(name, row)


def of_content(models=None) -> Iterator[Text]:
    """The texts of every record, published or not, in the site's order."""
    for model in models or translated_models():
        for row in model._base_manager.order_by(*model._meta.ordering, "pk"):
            yield from of_record(row)


# The interface


def catalogue(code):
    """Where the interface's words in a language are."""
    folder = settings.LOCALE_PATHS[0] / to_locale(code) / "LC_MESSAGES"
    return folder / "django.po"


@cache
def _entries(code):
    """The words of the interface: {(context, English): words}. They change with the code only."""
    return {
        (entry.msgctxt or "", entry.msgid): "" if entry.fuzzy else entry.msgstr
        for entry in polib.pofile(str(catalogue(code)))
        if not entry.obsolete
    }


def of_interface() -> Iterator[Text]:
    for context, english in _entries(codes()[0]):
        key = fingerprint((context, english))
        words = {code: _entries(code).get((context, english), "") for code in codes()}
        yield Text(Name(INTERFACE, 0, key), context, english, words)


def everything() -> Iterator[Text]:
    yield from of_interface()
    yield from of_content()
