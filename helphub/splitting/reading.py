"""An uploaded file as a document, or why it cannot be read."""

from pathlib import PurePath

from django.core.exceptions import ValidationError

from helphub.splitting import docx, markdown_file

MOST_MB = 5
MARKDOWN, DOCX = (".md", ".markdown", ".txt"), ".docx"
ENDINGS = (DOCX, *MARKDOWN)
ZIP, OLD_OFFICE, PDF, RTF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf"
LOCKED = "EncryptedPackage".encode("utf-16-le")  # In a DOCX file with a password.
SAVE_AS_DOCX = "Open it in Word and save it as .docx."
NOT_UTF8 = (
    "This file is not in UTF-8, so letters such as ’ and é could be read wrongly. Save it in your "
    "editor with the encoding UTF-8, and choose it again."
)


def read(file):
    """Read an uploaded file. Raises ValidationError, in plain words, if it cannot be read."""
    if file.size > MOST_MB * 1024 * 1024:
        raise ValidationError(
            f"The file has {file.size / 1024 / 1024:.0f} MB; the limit is {MOST_MB} MB. Pictures "
            "are not read, so delete them, save a copy, and choose that."
        )
    ending = PurePath(file.name.lower()).suffix
    data = file.read()
    _refuse_other_formats(file.name, ending, data)
    if not data.strip():
        raise ValidationError("The file is empty. Save it again in your program, then choose it.")
    found = docx.read(data, file.name) if ending == DOCX else markdown_file.read(_decoded(data))
    if not found.blocks:
        raise ValidationError("There are no words in this file. Check that it is the right one.")
    return found


def _refuse_other_formats(name, ending, data):
    if data.startswith(OLD_OFFICE):
        if LOCKED in data:
            raise ValidationError(f"“{name}” has a password. Save it without one.")
        raise ValidationError(f"“{name}” is an old Word file. {SAVE_AS_DOCX}")
    if data.startswith(PDF) or ending == ".pdf":
        raise ValidationError(
            f"“{name}” is a PDF. Ask for the document it was made from. If there is none, open the "
            "PDF in Word, save it as .docx, and read that through: Word guesses where lines end."
        )
    if data.startswith(RTF) or ending in (".rtf", ".odt", ".doc", ".docm"):
        raise ValidationError(f"“{name}” cannot be read here. {SAVE_AS_DOCX}")
    if ending not in ENDINGS:
        raise ValidationError(f"“{name}” cannot be read here. Save it as .docx or as .md.")
    if ending == DOCX and data.strip() and not data.startswith(ZIP):
        raise ValidationError(
            f"“{name}” is not a Word file, though its name says so. {SAVE_AS_DOCX}"
        )
    if ending != DOCX and data.startswith(ZIP):
        raise ValidationError(
            f"“{name}” is not plain text, though its name says so: it looks like a Word file. Give "
            "it the ending .docx, and choose it again."
        )


def _decoded(data):
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(NOT_UTF8) from error
    if "\0" in text:
        raise ValidationError(NOT_UTF8)
    return text
