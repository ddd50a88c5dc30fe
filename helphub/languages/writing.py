"""What translators and reviewers do: write words, hand them in, approve them, send them back."""

from copy import copy

from django.core.exceptions import ValidationError
from django.db import transaction
from modeltranslation.utils import build_localized_fieldname

from helphub.content import validators
from helphub.languages import checks, texts
from helphub.languages.models import Approval, Translation
from helphub.languages.states import SHOWN, Known, Name, State, hand_in, of_text

CHANGED = (
    "Someone has changed the translation or the English since you opened this page. Your text is "
    "still in the box. Compare it with what is saved now, shown below, then save again."
)
CHANGED_SINCE_READ = (
    "Someone has changed the translation or the English since you opened this page. Read it as it "
    "is now, then answer."
)
FROM_THE_CODE = (
    "These words are part of the program, not of the content. Send them back with a note that says "
    "what should change, and whoever maintains the program will change it."
)


def seen(text, code):
    """What a page showed: the English and the words. A form sends it back."""
    return f"{of_text(text.english)}.{of_text(text.words[code])}"


def write(text, code, words, who, what_was_seen, note="", to_review=False):
    """Save a translation. Raises ValidationError, in plain words, if it cannot be one."""
    words = words.replace("\r\n", "\n").strip()
    if text.record is None:
        raise ValidationError(FROM_THE_CODE)
    column = build_localized_fieldname(text.name.field, code)
    with transaction.atomic():
        record = type(text.record)._base_manager.select_for_update().get(pk=text.record.pk)
        text = texts.one(text.name, record)
        if seen(text, code) != what_was_seen:
            raise ValidationError(CHANGED, code="changed")
        refuse_faults(text, code, words)
        is_same = of_text(text.words[code]) == of_text(words)
        setattr(record, column, words)
        record.save()
        row = _row(text, code)
        # The same words for another English: somebody has read them and says that they still fit.
        row.made_from, row.english, row.words_of = (
            of_text(text.english),
            text.english,
            of_text(words),
        )
        # Whoever only says that words still fit has not written them.
        has_writer = is_same and row.author
        row.how, row.note = Translation.How.PERSON, note
        row.author = row.author if has_writer else who
        if to_review:
            hand_in(row)
        row.save()


def refuse_faults(text, code, words):
    """Raise ValidationError, in plain words, if this cannot be the translation of a text."""
    if found := checks.faults(text.english, words, code, text.is_list):
        raise ValidationError(found)
    record = copy(text.record)
    column = build_localized_fieldname(text.name.field, code)
    setattr(record, column, words)
    _clean(record, column)


@transaction.atomic
def keep_note(text, code, note):
    """Save a note to the next person, and leave the words and their state as they are."""
    row = _row(text, code)
    row.note = note
    row.save()


def _clean(record, column):
    """Check the field, and nothing else of the record: that is not this person's to mend."""
    try:
        record._meta.get_field(column).clean(getattr(record, column), record)
    except ValidationError as error:
        raise ValidationError(error.messages) from error
    validators.validate_characters(getattr(record, column))


def _row(text, code, for_update=True):
    label, key, field = text.name
    rows = Translation.objects.filter(label=label, key=key, field=field, language=code)
    row = rows.select_for_update() if for_update else rows
    return row.first() or Translation(label=label, key=key, field=field, language=code)


@transaction.atomic
def hand_in_for_review(text, code):
    """Say that the words are ready for two reviewers."""
    row, state = _row(text, code), _state(text, code)
    if state not in {State.DRAFT, State.LOOK_AGAIN}:
        raise ValidationError(f"This cannot be handed in: it is {state}.")
    hand_in(row)
    row.save(update_fields=["handed_in"])


def _known(text, code):
    label, key, field = text.name
    return Known(label=label, key=key, field=field, language=code)


def _state(text, code):
    return _known(text, code).state(text.name, code, text.english, text.words[code])


def can_be_reviewed(row, state):
    """Whether there is something to answer. Who has answered can change their mind."""
    is_machine_draft = row and state == State.DRAFT and row.how == Translation.How.MACHINE
    return is_machine_draft or state in {State.IN_REVIEW, State.LOOK_AGAIN, State.REVIEWED}


def reviewer(who):
    """What this reviewer last said of themselves, so that a form need not ask again."""
    mine = Approval.objects.filter(reviewer=who).last()
    return {"name": mine.name, "qualification": mine.qualification} if mine else {}


def why_not(row, who):
    """Why this person cannot review these words, or ""."""
    if row.author and row.author == who:
        return "You wrote these words, so two other people must review them."
    return ""


@transaction.atomic
def review(text, code, approval, what_was_seen):
    """Keep what a reviewer said. Returns whether readers may see the words now."""
    row = _row(text, code)
    if seen(text, code) != what_was_seen or row.words_of != of_text(text.words[code]):
        raise ValidationError(CHANGED_SINCE_READ, code="changed")
    known = _known(text, code)
    state = known.state(text.name, code, text.english, text.words[code])
    if row.made_from != of_text(text.english) and state not in SHOWN:
        raise ValidationError(
            "The English has changed since this was translated. Bring the translation up to date "
            "first."
        )
    if why := why_not(row, approval.reviewer):
        raise ValidationError(why)
    approval.translation, approval.made_from = row, of_text(text.english)
    approval.words_of = row.words_of
    # Somebody may send a hundred of these at once, so nothing is asked that is known.
    approval.full_clean(exclude=["translation"], validate_constraints=not approval.is_approved)
    if not approval.is_approved:
        approval.save()
        _take_off_readers(row)
        return False
    if not known.said(row, text.english).get(approval.reviewer):  # Not a button pressed twice.
        approval.save()
        known.approvals[row.pk].append(approval)
    if known.state(text.name, code, text.english, text.words[code]) != State.REVIEWED:
        return False
    row.reviewed_words, row.reviewed_from = text.words[code], of_text(text.english)
    row.made_from, row.english = of_text(text.english), text.english
    row.save()
    return True


def _take_off_readers(row):
    """Readers see the English again, at the latest with the next publication."""
    row.handed_in = ""
    if of_text(row.reviewed_words) == row.words_of:
        row.reviewed_words = row.reviewed_from = ""
    row.save()


def approvals(text, code):
    """What reviewers said of exactly these words and this English."""
    label, key, field = text.name
    return Approval.objects.filter(
        translation__label=label,
        translation__key=key,
        translation__field=field,
        translation__language=code,
        made_from=of_text(text.english),
        words_of=of_text(text.words[code]),
    )


def note_of(text, code):
    return _row(text, code, for_update=False).note


def notes_in(code):
    """The notes to the next person in a language, by the name of the text."""
    rows = Translation.objects.filter(language=code).exclude(note="")
    return {Name(row.label, row.key, row.field): row.note for row in rows}


def sent_back(text, code):
    """The newest answer to exactly these words that asks for a change, or None."""
    return approvals(text, code).filter(is_approved=False).last()
