"""The texts that must be right in a language before readers are offered it."""

from django.apps import apps

from helphub.languages import texts
from helphub.languages.states import SHOWN, Known

# The frame of every page, with the exit and the error pages, is the interface. Besides it: these
# guides, and every number.
GUIDES = {"home", "help-now", "just-happened", "using-this-site"}
NUMBERS = {"contacts.phone", "contacts.callfact"}


def has(text):
    """Whether a text belongs to the safety set."""
    return text.name.label == texts.INTERFACE or has_record(text.record)


def has_record(row):
    """Whether the texts of a record belong to the safety set."""
    label = row._meta.label_lower if row else ""
    return label in NUMBERS or (label == "strategy.guide" and row.slug in GUIDES)


def everything():
    """The texts of the safety set that readers can meet."""
    models = [apps.get_model(label) for label in ("strategy.guide", *sorted(NUMBERS))]
    for text in (*texts.of_interface(), *texts.of_content(models)):
        if has(text) and getattr(text.record, "is_published", True):
            yield text


def is_needed(text, code):
    """Whether a text needs words in this language. Simpler English shares the frame."""
    return code != "en-simple" or text.record is not None or bool(text.words[code])


def left(code, found=None):
    """The texts of the safety set, or of these, that may not be shown in a language yet."""
    known = Known(language=code)
    return [
        text
        for text in found or everything()
        if is_needed(text, code) and not _is_shown(known, text, code)
    ]


def _is_shown(known, text, code):
    """Whether readers see this in the language. The frame has no earlier words to fall back on."""
    if text.record is None:
        return known.state(text.name, code, text.english, text.words[code]) in SHOWN
    return bool(known.shown(text.name, code, text.english, text.words[code]))
