"""The three formats, and which one a file is in."""

from collections.abc import Callable
from pathlib import PurePath
from typing import NamedTuple

from django.core.exceptions import ValidationError

from helphub.languages.exchange import po, xliff, xlsx

MOST_MB = 5


class Format(NamedTuple):
    name: str
    is_for: str
    endings: tuple[str, ...]  # The first is the one we write.
    content_type: str
    write: Callable
    read: Callable


FORMATS = {
    "xlsx": Format(
        "XLSX",
        "for Excel and other spreadsheets",
        (".xlsx",),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsx.write,
        xlsx.read,
    ),
    "po": Format(
        "PO",
        "for Poedit and other free tools",
        (".po",),
        "text/x-gettext-translation; charset=utf-8",
        po.write,
        po.read,
    ),
    "xliff": Format(
        "XLIFF 2.0",
        "for translation agencies",
        (".xlf", ".xliff"),
        "application/xliff+xml; charset=utf-8",
        xliff.write,
        xliff.read,
    ),
}
ENDINGS = [ending for form in FORMATS.values() for ending in form.endings]
ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read(file, code):
    """The entries of an uploaded file. Raises ValidationError, in plain words, if it has none.

    Its size is looked at before any of it is read.
    """
    if file.size > MOST_MB * 1024 * 1024:
        raise ValidationError(
            f"The file has {file.size / 1024 / 1024:.0f} MB; the limit is {MOST_MB} MB. A file "
            "exported here is far smaller. Take pictures out, or import one part of the site at a "
            "time."
        )
    form = _by_name(file.name)
    data = file.read()
    if not data.strip():
        raise ValidationError("The file is empty. Save it again in your program, then choose it.")
    _check_inside(file.name, form, data)
    found = form.read(data, code)
    if not found:
        raise ValidationError("There are no texts in this file. Export again.")
    return found


def _by_name(name):
    ending = PurePath(name.lower()).suffix
    for form in FORMATS.values():
        if ending in form.endings:
            return form
    raise ValidationError(
        f"“{name}” is in no format that can be read here. Choose a file that ends in "
        f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}."
    )


def _check_inside(name, form, data):
    """Refuse a file that is not what its name says."""
    inside = "po"
    if data.startswith(ZIP):
        inside = "xlsx"
    elif data.startswith(OLD_OFFICE):
        raise ValidationError(
            f"“{name}” is an old Excel file, or has a password. Save it as .xlsx without one."
        )
    elif data.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"<"):
        inside = "xliff"
    if FORMATS[inside] is form:
        return
    if inside == "po" and b"msgid" not in data:
        raise ValidationError(
            f"“{name}” is not {form.name}, though its name says so. Save it again in your program."
        )
    raise ValidationError(
        f"“{name}” is not {form.name}, though its name says so: inside it is like "
        f"{FORMATS[inside].name}. Give it the right ending, or choose another file."
    )
