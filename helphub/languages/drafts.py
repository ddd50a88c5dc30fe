"""The drafts that come with the site, in fixtures/translations: a file for each language.

They are PO files, so a translator's own tools open them. The context of an entry names its text:
the kind of record, its natural key and the field. They were made with the help of a machine, and
are drafts until two people have reviewed them.
"""

from functools import cache
from typing import NamedTuple

import polib
import yaml
from django.apps import apps
from django.conf import settings
from modeltranslation.utils import build_localized_fieldname

from helphub.content import loader
from helphub.languages import texts
from helphub.languages.models import Translation
from helphub.languages.names import codes
from helphub.languages.states import Name, of_text
from helphub.languages.tracking import noted_elsewhere

FOLDER = settings.BASE_DIR / "fixtures" / "translations"


class Draft(NamedTuple):
    label: str
    key: str  # The natural key.
    field: str
    english: str
    words: str


@cache
def of_language(code):
    path = FOLDER / f"{code}.po"
    if not path.exists():
        return []
    return [
        Draft(*split(entry.msgctxt), entry.msgid, entry.msgstr)
        for entry in polib.pofile(str(path))
        if entry.msgstr and not entry.obsolete
    ]


def split(context):
    """The label, natural key and field that a context names."""
    label, *key, field = context.split()
    return label, " ".join(key), field


@cache
def for_find():
    """What people type in other languages, by language and by the short name of the words."""
    return yaml.safe_load((FOLDER / "find.yaml").read_text())


def words():
    """The drafts by row, for the loader."""
    by_row = {("search.synonym", slug): {} for typed in for_find().values() for slug in typed}
    for code, typed in for_find().items():
        for slug, lines in typed.items():
            column = build_localized_fieldname("words", code)
            by_row["search.synonym", slug][column] = lines.strip()
    for code in codes():
        for draft in of_language(code):
            column = build_localized_fieldname(draft.field, code)
            by_row.setdefault((draft.label, draft.key), {})[column] = draft.words
    return by_row


def load(rows):
    """Load these rows of the fixtures. `note_sources` then says what they were made from."""
    with noted_elsewhere():
        loader.load(rows)


def note_sources():
    """Note the English of every translation that came with the site and is not noted yet."""
    known = {
        (Name(row.label, row.key, row.field), row.language): row.words_of
        for row in Translation.objects.all()
    }
    new = [
        Translation(
            label=name.label,
            key=name.key,
            field=name.field,
            language=code,
            made_from=of_text(english),
            english=english,
            words_of=of_text(words),
            how=Translation.How.MACHINE,
        )
        for name, code, english, words in (*_of_content(), *_of_interface())
        if known.get((name, code)) != of_text(words)
    ]
    Translation.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["label", "key", "field", "language"],
        update_fields=["made_from", "english", "words_of", "how"],
        batch_size=500,
    )


def _of_content():
    """The drafts that their records still have word for word: nobody has changed them."""
    rows = loader.RowLookup()
    for code in codes():
        for draft in of_language(code):
            row = rows.table(apps.get_model(draft.label)).get(draft.key)
            column = build_localized_fieldname(draft.field, code)
            if row and getattr(row, column) == draft.words.strip():
                name = Name(draft.label, row.pk, draft.field)
                yield name, code, draft.english, draft.words


def _of_interface():
    for text in texts.of_interface():
        for code, words_there in text.words.items():
            if words_there:
                yield text.name, code, text.english, words_there
