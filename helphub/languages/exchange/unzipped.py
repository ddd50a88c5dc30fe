"""Looks at what a spreadsheet unpacks to before anything reads it. A small file can hide much."""

from io import BytesIO
from zipfile import BadZipFile, ZipFile
from zlib import error as BrokenStream  # noqa: N812  It is a class.

from django.core.exceptions import ValidationError

MOST_FILES, MOST_BYTES = 200, 30 * 1024 * 1024
PIECE = 256 * 1024
BROKEN = "This is not a spreadsheet, or it is broken. Save it again as .xlsx, or export again."


def check(data):
    """Refuse what unpacks to too much, and XML that defines entities.

    What the file says of its own sizes is not believed.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_FILES:
                raise ValidationError(f"The spreadsheet has {len(parts):,} parts. Export again.")
            if any(part.flag_bits & 1 for part in parts):
                raise ValidationError("The spreadsheet has a password. Save it without one.")
            left = MOST_BYTES
            for part in parts:
                left -= _size_of(archive, part, left)
    except (BadZipFile, BrokenStream, NotImplementedError, EOFError, OSError) as error:
        raise ValidationError(BROKEN) from error


def _size_of(archive, part, left):
    size, before = 0, b""
    with archive.open(part) as file:
        while piece := file.read(PIECE):
            size += len(piece)
            if size > left:
                raise ValidationError(
                    f"The spreadsheet unpacks to more than {MOST_BYTES // 1024 // 1024} MB. "
                    "Take pictures and other sheets out, or export again."
                )
            is_xml, seen = part.filename.endswith((".xml", ".rels")), before + piece
            if is_xml and (b"<!DOCTYPE" in seen or b"\0" in seen):
                raise ValidationError(BROKEN)
            before = piece[-16:]
    return size
