"""What an edition may show: reviewed words in a language that is offered, drafts on a laptop."""

from django.conf import settings
from modeltranslation.utils import build_localized_fieldname

from helphub.content.entries import translated_fields
from helphub.languages import interface
from helphub.languages.models import Language
from helphub.languages.names import codes
from helphub.languages.states import Known, Name, State
from helphub.languages.texts import translated_models


def keep_what_may_be_shown(rows):
    """Empty every translation in these rows that readers may not see, so they see the English.

    The rows are as bake has them: {model: {key: {column: value}}}. On a laptop, languages that are
    not built are left as they are.
    """
    offered = {row["slug"] for row in rows.get(Language, {}).values() if row["is_offered"]}
    built = set(settings.BUILT_LANGUAGES) - {settings.LANGUAGE_CODE}
    may_show = offered | built if settings.LAPTOP else offered
    known = Known() if may_show else None
    for row in rows.get(Language, {}).values():
        is_offered = row["slug"] in offered
        row["frame"] = interface.reviewed_words(row["slug"], known) if is_offered else ""
    for model in translated_models():
        columns = [
            (field, code, build_localized_fieldname(field, code))
            for field in translated_fields(model)
            for code in codes()
        ]
        for key, row in rows.get(model, {}).items():
            for field, code, own in columns:
                english = row[build_localized_fieldname(field, "en")]
                if english and code in may_show:
                    name = Name(model._meta.label_lower, key, field)
                    row[own] = _shown(known, name, code, english, row[own], code in offered)
                # Nobody reviews a translation of what was emptied on purpose.
                elif not english or not settings.LAPTOP:
                    row[own] = ""


def _shown(known, name, code, english, words, is_offered):
    if is_offered:
        return known.shown(name, code, english, words)
    return "" if known.state(name, code, english, words) == State.OUT_OF_DATE else words
