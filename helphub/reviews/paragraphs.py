"""The words of a record, paragraph by paragraph, and the remarks beside them."""

import re
from dataclasses import dataclass, field

from django.db import models
from django.utils.text import capfirst

from helphub.content.registry import places
from helphub.history import snapshots
from helphub.history.diff import Named, language_of, name_of, shown_words, title_of
from helphub.history.snapshots import State

BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


@dataclass
class Paragraph:
    """A paragraph of a field, with the remarks on it."""

    field: str
    position: int
    words: str
    is_new: bool  # Whether what it is compared with lacks these words.
    remarks: list = field(default_factory=list)
    box: object = None  # Where an officer types a remark on it.

    @property
    def is_talked_about(self):
        """Whether it has a remark, or somebody is typing one."""
        return bool(self.remarks or (self.box and (self.box.errors or self.box.value())))

    @property
    def name(self):
        """Its name in forms and addresses."""
        return f"{self.field}.{self.position}"


@dataclass
class Text(Named):
    """A field with words in it."""

    key: str  # As remarks name it: “summary_en”, or “services.suggestion:3:words_en” in a row.
    is_changed: bool
    paragraphs: list

    @property
    def is_in_sight(self):
        """Whether a reviewer sees it without unfolding anything."""
        return self.is_changed or any(part.is_talked_about for part in self.paragraphs)


def split(words):
    """The paragraphs of a text."""
    return [part for part in BLANK_LINES.split(words.replace("\r\n", "\n").strip()) if part]


def texts(model, new, old, wanted=()):
    """The words of a record: the English, and whatever else differs or is named in `wanted`."""
    old = old or State(model, {})
    found = [
        Text(name_of(field), language_of(field), "", "", field.name, *parts)
        for field in snapshots.kept_fields(model)
        if (parts := _parts(field, field.name, new.fields, old.fields, wanted))
    ]
    for child, _ in snapshots.children(model):
        label = child._meta.label_lower
        # A place may become secret, and then no copy of its address may stay in a remark.
        if label not in places():
            for key, fields in new.rows.get(label, {}).items():
                before = old.rows.get(label, {}).get(key, {})
                found += _row(child, f"{label}:{key}:", fields, before, wanted)
    return found


def _row(child, prefix, fields, before, wanted):
    name = capfirst(child._meta.verbose_name)
    if snapshots.tidy(fields) != snapshots.tidy(before):
        name = f"{name} “{title_of(child, None, fields)}”"
    return [
        Text(name_of(field), language_of(field), name, "", f"{prefix}{field.name}", *parts)
        for field in snapshots.own_fields(child)
        if is_prose(field)
        if (parts := _parts(field, f"{prefix}{field.name}", fields, before, wanted))
    ]


def is_prose(field):
    return isinstance(field, models.CharField | models.TextField) and not field.choices


def _parts(field, key, new, old, wanted):
    """Whether a field differs, and its paragraphs; or None if it is not to be shown."""
    now, before = (snapshots.tidy(fields).get(field.name) for fields in (new, old))
    is_changed = now != before
    is_english = language_of(field) in ("", "en") and is_prose(field)
    if now is None or not field.editable or not (is_changed or is_english or key in wanted):
        return None
    parts, parts_before = (_words(field, value) for value in (now, before))
    return is_changed, [
        Paragraph(key, position, words, is_changed and words not in parts_before)
        for position, words in enumerate(parts)
    ]


def _words(field, value):
    if is_prose(field):
        return split(value or "")
    words = " ".join(shown_words(field, value))
    return [words] if words else []


def put_beside(remarks, shown):
    """Put each remark beside the paragraph it is about. Returns those whose words are gone.

    A remark finds its paragraph by its words, wherever they have moved. If they have changed, it
    stays at its place in the field, and `has_changed` says so.
    """
    by_key = {text.key: text.paragraphs for text in shown}
    gone = []
    for remark in remarks:
        paragraphs = by_key.get(remark.field, [])
        same = [paragraph for paragraph in paragraphs if paragraph.words == remark.quoted]
        remark.has_changed = not same
        if same:
            nearest = min(same, key=lambda paragraph: abs(paragraph.position - remark.position))
            nearest.remarks.append(remark)
        elif paragraphs:
            paragraphs[min(remark.position, len(paragraphs) - 1)].remarks.append(remark)
        else:
            gone.append(remark)
    return gone
