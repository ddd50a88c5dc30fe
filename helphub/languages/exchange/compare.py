"""What a file would change here, before anything is written."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from django.apps import apps
from django.core.exceptions import ValidationError

from helphub.content import validators
from helphub.content.diff import word_difference
from helphub.content.entries import translated_fields
from helphub.content.fingerprint import fingerprint
from helphub.languages import drafts, texts, writing
from helphub.languages.exchange.entries import Found, of_note, plain
from helphub.languages.models import Translation
from helphub.languages.states import Known, State, of_text

EXPORT_AGAIN = "Export this part again, and put your translations into that file."
GONE = (
    "Its record is not on the site any more, or has another short name now. Take this entry out of "
    "the file."
)
UNKNOWN = (
    "“{context}” names no text of this site. Put the context back as it was exported, or take this "
    "entry out of the file."
)
NO_CONTEXT = "It has no context, so nothing says which text it is. " + EXPORT_AGAIN
TWICE = "“{context}” is in the file {times} times. Keep one of them: {places}."
NO_MARK = "It does not say what it was exported from. " + EXPORT_AGAIN
CHANGED_ENGLISH = (
    "The English in the file is not the English that was exported. Put it back; if it is wrong, "
    "write that as a note."
)
LONGEST_NOTE = Translation._meta.get_field("note").max_length


class Difference(NamedTuple):
    """An entry that differs from what is here."""

    found: Found
    text: texts.Text
    words: str  # As they will be.
    note: str
    now: str
    note_now: str
    state: State
    seen: str  # What `writing` needs to see whether somebody changes it meanwhile.
    english_changed: bool  # Since the export.

    @property
    def has_new_words(self):
        return of_text(self.words) != of_text(self.now)

    @property
    def has_new_note(self):
        return of_note(self.note) != of_note(self.note_now)

    @property
    def is_conflict(self):
        """Whether what the file changed has been changed here too, to something else."""
        _, words, note = self.found.exported_from.split(".")
        words_changed = of_text(self.now) != words or self.english_changed
        note_changed = of_note(self.note_now) != note
        return (self.has_new_words and words_changed) or (self.has_new_note and note_changed)

    @property
    def parts(self):
        """The difference word by word, if there were words."""
        return word_difference(self.now.split(), self.words.split()) if self.now else []


class Refusal(NamedTuple):
    place: str
    context: str
    messages: list[str]


@dataclass
class Outcome:
    """All that an import would do, and all that it would not."""

    differences: list[Difference] = field(default_factory=list)
    conflicts: list[Difference] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    left_out: list[Found] = field(default_factory=list)
    emptied: list[Found] = field(default_factory=list)  # They had words when they were exported.
    unchanged: int = 0

    @property
    def may_be_taken(self):
        return bool(self.differences) and not self.refusals

    @property
    def touched(self):
        """What of the file has to be looked at again before it is taken."""
        return [item.found for item in (*self.differences, *self.conflicts)]

    @property
    def mark(self):
        """The fingerprint of what a page showed. With another one, the page is shown again."""
        return fingerprint(
            [
                [(item.found, item.seen, item.note_now) for item in kind]
                for kind in (self.differences, self.conflicts)
            ]
        )


class Site:
    """The site's texts in one language, as an import meets them."""

    def __init__(self, code):
        self.code = code
        self.texts = {text.context: text for text in texts.of_content()}
        self.known = Known(language=code)

    def difference(self, found, text):
        """An entry beside what is here. What the file left as it was undoes nothing."""
        english, words, note = found.exported_from.split(".")
        row = self.known.translations.get((text.name, self.code))
        now, note_now = plain(text.words[self.code]), plain(row.note if row else "")
        is_new = found.words and of_text(found.words) != words
        return Difference(
            found=found,
            text=text,
            words=found.words if is_new else now,
            note=found.note if of_note(found.note) != note else note_now,
            now=now,
            note_now=note_now,
            state=self.known.state(text.name, self.code, text.english, now),
            seen=writing.seen(text, self.code),
            english_changed=of_text(text.english) != english,
        )


def compare(entries, code):
    """Look at every entry of a file."""
    site, outcome = Site(code), Outcome()
    times = Counter(found.context for found in entries)
    for found in entries:
        try:
            text = _text_of(found, site, times, entries)
            _sort(found, text, site, outcome)
        except ValidationError as error:
            outcome.refusals.append(Refusal(found.place, found.context, error.messages))
    return outcome


def _text_of(found, site, times, entries):
    """The text that an entry belongs to. Refuses what cannot be told."""
    if not found.context:
        raise ValidationError(NO_CONTEXT)
    if times[found.context] > 1:
        places = ", ".join(each.place for each in entries if each.context == found.context)
        raise ValidationError(
            TWICE.format(context=found.context, times=times[found.context], places=places)
        )
    if found.fault:
        raise ValidationError(found.fault)
    if found.context not in site.texts:
        raise ValidationError(_why_unknown(found.context))
    if len(found.exported_from.split(".")) != 3:
        raise ValidationError(NO_MARK)
    if of_text(found.english) != found.exported_from.split(".")[0]:
        raise ValidationError(CHANGED_ENGLISH)
    return site.texts[found.context]


def _why_unknown(context):
    label, _, rest = context.partition(" ")
    if label == texts.INTERFACE:
        return f"{writing.FROM_THE_CODE} Take this entry out of the file."
    models = {model._meta.label_lower for model in texts.translated_models()}
    is_ours = label in models and " " in rest
    if is_ours and drafts.split(context)[2] in translated_fields(apps.get_model(label)):
        return GONE
    return UNKNOWN.format(context=context)


def _sort(found, text, site, outcome):
    """Say what is to be done with an entry."""
    if found.left_out:
        outcome.left_out.append(found)
        return
    difference = site.difference(found, text)
    if not found.words and found.exported_from.split(".")[1] != of_text(""):
        outcome.emptied.append(found)
    if not difference.has_new_words and not difference.has_new_note:
        outcome.unchanged += 1
    elif difference.is_conflict:
        outcome.conflicts.append(difference)
    else:
        _refuse_faults(difference, site.code)
        outcome.differences.append(difference)


def _refuse_faults(difference, code):
    if difference.has_new_words:
        writing.refuse_faults(difference.text, code, difference.words)
    if len(difference.note) > LONGEST_NOTE:
        raise ValidationError(f"Its note is longer than {LONGEST_NOTE:,} characters. Shorten it.")
    validators.validate_characters(difference.note)
