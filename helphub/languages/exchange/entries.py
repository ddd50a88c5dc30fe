"""What a file carries, whichever its format: an entry for each text."""

from typing import NamedTuple

from django.core.exceptions import ValidationError

from helphub.languages import names, parts, writing
from helphub.languages.states import of_text


class Entry(NamedTuple):
    """A text as it is exported."""

    context: str
    english: str
    words: str
    state: str
    note: str

    @property
    def exported_from(self):
        """Fingerprints of what an import may change, and of the English. There is no date."""
        return f"{of_text(self.english)}.{of_text(self.words)}.{of_note(self.note)}"


class Found(NamedTuple):
    """An entry of a file that came back."""

    place: str  # Such as "Line 12".
    context: str
    english: str
    words: str
    note: str
    exported_from: str
    left_out: str = ""  # Why the file itself says not to take it.
    fault: str = ""  # Why it cannot be read.


def plain(text):
    """A text as fingerprints see it: a form sends other line endings than a file has."""
    return (text or "").replace("\r\n", "\n").strip()


def of_note(note):
    """The fingerprint of a note. A translator's tool may break its lines elsewhere."""
    return of_text(" ".join((note or "").split()))


def of_language(code, part=""):
    """The entries of a language, or of a part of the site, in the order of the desk."""
    notes = writing.notes_in(code)
    return [
        Entry(
            text.context,
            plain(text.english),
            plain(text.words[code]),
            str(state),
            plain(notes.get(text.name)),
        )
        for text, state in parts.items(code)
        if text.record is not None and part in ("", parts.part_of(text))
    ]


def check_language(said, code):
    """Refuse a file for another language, or one that does not say which it is for."""
    wanted = names.in_english(code)
    if not (said := (said or "").strip()):
        raise ValidationError(
            f"The file does not say which language it is in. Export {wanted} again, and put the "
            "translations into that file."
        )
    tag = said.lower().replace("_", "-")
    # A tool may add a country: ur-PK.
    if tag != code and not ("-" not in code and tag.startswith(f"{code}-")):
        raise ValidationError(
            f"The file says that it is in {names.in_english(tag)}, and this page is for {wanted}. "
            "Nothing was read. Open the page of the file’s own language, or choose another file."
        )
