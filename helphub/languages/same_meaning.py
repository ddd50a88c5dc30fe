"""Changed English under reviewed translations: does it still mean the same?

Two people have to say that it does. One is enough to say that it does not, because readers then see
the English, which is right in any case.
"""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from modeltranslation.utils import build_localized_fieldname

from helphub.content.diff import word_difference
from helphub.languages import names, texts
from helphub.languages.models import SameMeaning, Translation
from helphub.languages.offered import offered
from helphub.languages.states import Known, Name, of_text


class Changed(NamedTuple):
    """A text whose English differs from the one that its translations were approved for."""

    text: texts.Text
    before: str  # The fingerprint.
    after: str
    english: str  # As it was.
    languages: list[str]
    answer: SameMeaning | None

    @property
    def field(self):
        return self.text.record._meta.get_field(self.text.name.field).verbose_name

    @property
    def difference(self):
        return word_difference(self.english.split(), self.text.english.split())


def changed():
    """The texts of which it is asked, or was answered, and which nobody has translated anew."""
    # Once a translator has begun on the new English, there is nothing to ask.
    reviewed = Translation.objects.exclude(reviewed_from="").filter(made_from=F("reviewed_from"))
    rows = [(Name(row.label, row.key, row.field), row) for row in reviewed]
    if not rows:
        return []
    english = _english_now({name for name, _row in rows})
    # No translation is in no language, so these are the officers' answers alone.
    known = Known(language="")
    found = {}
    for name, row in rows:
        now = english.get(name)
        if (
            now
            and now != row.reviewed_from
            and not known.means_the_same(name, row.reviewed_from, now)
        ):
            found.setdefault((name, row.reviewed_from, now), []).append(row)
    return [
        Changed(
            texts.find(name),
            before,
            after,
            rows[0].english,
            [names.in_english(row.language) for row in rows],
            _answers(name, before, after).first(),
        )
        for (name, before, after), rows in found.items()
    ]


def languages_behind():
    """The offered languages in which changed texts would be in English: {record: names}."""
    found = {}
    is_offered = {names.in_english(code) for code in offered()}
    for item in changed():
        languages = found.setdefault((item.text.name.label, item.text.name.key), [])
        languages += [
            name for name in item.languages if name in is_offered and name not in languages
        ]
    return found


def _english_now(wanted):
    """The fingerprints of these texts. Every first page asks, so nothing else is read of them."""
    found = {}
    for model in texts.translated_models():
        label = model._meta.label_lower
        fields = {name.field for name in wanted if name.label == label}
        columns = {field: build_localized_fieldname(field, "en") for field in fields}
        rows = model._base_manager.values("pk", *columns.values()) if fields else ()
        for row in rows:
            for field, column in columns.items():
                if english := row[column]:
                    found[Name(label, row["pk"], field)] = of_text(english)
    return found


def _answers(name, before, after):
    return SameMeaning.objects.filter(**name._asdict(), before=before, after=after)


@transaction.atomic
def say(name, before, after, who):
    """Say that it means the same, or agree with whoever said so. Returns whether two have."""
    _refuse_other_english(name, after)
    answers = _answers(name, before, after).select_for_update()
    row, is_new = answers.get_or_create(
        **name._asdict(), before=before, after=after, defaults={"said_by": who}
    )
    if not row.is_same:
        raise ValidationError(f"{row.said_by} has said that it does not mean the same.")
    if not is_new and row.said_by == who:
        raise ValidationError("You have said so already. Someone else must agree.")
    if not is_new and not row.agreed_by:
        row.agreed_by = who
        row.full_clean()
        row.save()
    return bool(row.agreed_by)


@transaction.atomic
def say_it_differs(name, before, after, who, why):
    """Say that it does not mean the same, also where somebody has said that it does."""
    _refuse_other_english(name, after)
    row = _answers(name, before, after).select_for_update().first()
    row = row or SameMeaning(**name._asdict(), before=before, after=after)
    if row.agreed_by:
        raise ValidationError("Meanwhile two people have said that it means the same.")
    if not row.is_same:
        raise ValidationError(f"{row.said_by} has said so already.")
    row.is_same, row.said_by, row.why = False, who, why.strip()
    row.full_clean()
    row.save()


@transaction.atomic
def take_back(name, before, after):
    """Ask again, as long as nobody has acted on the answer: no second person, no translator."""
    row = _answers(name, before, after).select_for_update().first()
    if row is None:
        return
    if row.agreed_by:
        raise ValidationError("Two people have said that it means the same.")
    of_text_alone = Translation.objects.filter(**name._asdict(), made_from=after)
    if not row.is_same and of_text_alone.exists():
        raise ValidationError("It has been translated anew since.")
    row.delete()


def differs(name, before, english):
    """The answer that this English means something else than before, or None."""
    return _answers(name, before, of_text(english)).filter(is_same=False).first()


def _refuse_other_english(name, after):
    text = texts.find(name)
    if text is None or of_text(text.english) != after:
        raise ValidationError("The English has changed again. Look at it as it is now.")
