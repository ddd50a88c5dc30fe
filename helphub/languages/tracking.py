"""Notes what each translation was made from, whichever way its words were saved."""

from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models.signals import post_delete, post_save
from modeltranslation.utils import build_localized_fieldname

from helphub.content.entries import translated_fields
from helphub.content.registry import places
from helphub.history import recording
from helphub.languages.models import Translation
from helphub.languages.names import codes
from helphub.languages.states import of_text
from helphub.languages.texts import translated_models

_is_paused = ContextVar("translations are noted elsewhere", default=False)


@contextmanager
def noted_elsewhere():
    """Leave it to the enclosed code to say what translations were made from."""
    token = _is_paused.set(True)
    try:
        yield
    finally:
        _is_paused.reset(token)


def words_of(row):
    """The words of a record in every language: (field, language, English, words)."""
    for field in translated_fields(type(row)):
        english = getattr(row, build_localized_fieldname(field, "en")) or ""
        for code in codes():
            yield field, code, english, getattr(row, build_localized_fieldname(field, code)) or ""


def note(sender, instance, raw=False, **kwargs):
    """Note that new words were made from the English beside them. Other words keep their source."""
    if raw or _is_paused.get():
        return
    label = sender._meta.label_lower
    known = {
        (row.field, row.language): row
        for row in Translation.objects.filter(label=label, key=instance.pk)
    }
    new = []
    for field, code, english, words in words_of(instance):
        row = known.get((field, code))
        if not words or (row and row.words_of == of_text(words)):
            continue
        row = row or Translation(label=label, key=instance.pk, field=field, language=code)
        row.made_from, row.english, row.words_of = of_text(english), english, of_text(words)
        row.how, row.author = Translation.How.PERSON, recording.who()
        new.append(row)
    _write(new)


def _write(rows):
    Translation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["label", "key", "field", "language"],
        update_fields=["made_from", "english", "words_of", "how", "author"],
    )


def forget(row):
    """Keep none of the words of a record that says where people are."""
    of_row = Translation.objects.filter(label=row._meta.label_lower, key=row.pk)
    of_row.update(english="", reviewed_words="", reviewed_from="")


def forget_places(sender, instance, **kwargs):
    """What is known of other records stays: restoring one brings its reviews back."""
    if sender._meta.label_lower in places():
        Translation.objects.filter(label=sender._meta.label_lower, key=instance.pk).delete()


def listen():
    for model in translated_models():
        post_save.connect(note, model)
        post_delete.connect(forget_places, model)
