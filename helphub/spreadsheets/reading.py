"""A file that came back, as sheets of cells. What it means is for comparing.py."""

import csv
import io
import re
from pathlib import PurePath
from typing import NamedTuple
from zipfile import ZipFile

from django.core.exceptions import ValidationError
from openpyxl import load_workbook

from helphub.content.csv_files import unguarded
from helphub.languages.exchange import unzipped
from helphub.spreadsheets.cells import ERROR, FORMULA, Cell, of_python, plain
from helphub.spreadsheets.writing import HOW_TO, MOST_ROWS

MOST_MB, MOST_COLUMNS = 5, 100
ENDINGS = (".xlsx", ".csv")
ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
LOCKED = "EncryptedPackage".encode("utf-16-le")  # In an XLSX file with a password.
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
EXPORT_AGAIN = "Export the list again, and put your changes into that file."
NOT_UTF8 = (
    "This CSV file is not in UTF-8, so letters such as ’ and é could be read wrongly. Save it as "
    "“CSV UTF-8”, or as .xlsx, and choose it again."
)


class Sheet(NamedTuple):
    """One sheet: its headings, and its rows that are not empty, by their number in the file."""

    title: str  # Empty for a CSV file.
    headings: list[str]
    rows: dict[int, list[Cell]]


def read(file):
    """The sheets of an uploaded file. Raises ValidationError, in plain words, if it has none."""
    if file.size > MOST_MB * 1024 * 1024:
        raise ValidationError(
            f"The file has {file.size / 1024 / 1024:.0f} MB; the limit is {MOST_MB} MB. Take "
            "pictures and other sheets out, or send fewer rows at a time."
        )
    ending = PurePath(file.name.lower()).suffix
    if ending not in ENDINGS:
        raise ValidationError(f"“{file.name}” cannot be read here. Save it as .xlsx or as .csv.")
    data = file.read()
    if not data.strip():
        raise ValidationError("The file is empty. Save it again in your program, then choose it.")
    _refuse_other_formats(file.name, ending, data)
    sheets = _of_xlsx(data) if ending == ".xlsx" else [_of_csv(data)]
    sheets = [sheet for sheet in sheets if any(sheet.headings) or sheet.rows]
    if not any(sheet.rows for sheet in sheets):
        raise ValidationError(f"There are no rows in this file. {EXPORT_AGAIN}")
    if (count := sum(len(sheet.rows) for sheet in sheets)) > MOST_ROWS:
        raise _too_long(f"{count:,}")
    return sheets


def _too_long(count):
    return ValidationError(
        f"The file has {count} rows. At most {MOST_ROWS:,} can be read at once: delete the rows "
        "that you have not changed, and choose it again."
    )


def _refuse_other_formats(name, ending, data):
    if data.startswith(OLD_OFFICE):
        if LOCKED in data:
            raise ValidationError(f"“{name}” has a password. Save it without one.")
        raise ValidationError(f"“{name}” is an old Excel file. Open it and save it as .xlsx.")
    if ending == ".xlsx" and not data.startswith(ZIP):
        raise ValidationError(
            f"“{name}” is not an XLSX file, though its name says so. Open it in your spreadsheet "
            "program and save it as .xlsx."
        )
    if ending == ".csv" and data.startswith(ZIP):
        raise ValidationError(
            f"“{name}” is not a CSV file, though its name says so: it looks like XLSX. Give it the "
            "ending .xlsx, and choose it again."
        )


# CSV


def _of_csv(data):
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(NOT_UTF8) from error
    if "\0" in text:
        raise ValidationError(NOT_UTF8)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    # Where a comma is a decimal mark, spreadsheet programs write semicolons.
    separator = max(",;\t", key=first.count)
    rows, reader = [], csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            rows.append([Cell(unguarded(plain(value).strip())) for value in row])
            if len(rows) > 2 * MOST_ROWS:  # Empty ones too.
                raise _too_long(f"more than {2 * MOST_ROWS:,}")
    except csv.Error as error:
        raise ValidationError(
            f"The CSV file is broken at line {reader.line_num}: a quotation mark is not closed, or "
            "closed too early. Save it again in your spreadsheet program."
        ) from error
    return _sheet("", rows)


# XLSX


def _of_xlsx(data):
    unzipped.check(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.title != HOW_TO]
        found = [_sheet(sheet.title, _rows(sheet)) for sheet in sheets]
        merged = [
            f"{sheet.title}, {place.decode()}"
            for sheet in sheets
            for place in _merged(data, sheet._worksheet_path)
        ]
    except ValidationError:
        raise
    except Exception as error:  # A broken file can fail anywhere in openpyxl.
        raise ValidationError(
            "The spreadsheet is broken. Open it in your program and save it again as .xlsx, or "
            "export the list again."
        ) from error
    if merged:
        raise ValidationError(
            f"Cells are merged: {'; '.join(merged[:10])}. Only one of them can be read. Split "
            "them, and choose the file again."
        )
    return found


def _rows(sheet):
    sheet.reset_dimensions()  # Some programs write wrong ones.
    rows = []
    for row in sheet.iter_rows(max_row=4 * MOST_ROWS, max_col=MOST_COLUMNS):
        rows.append([_cell(cell) for cell in row])
        if len(rows) > 2 * MOST_ROWS and any(cell.text for cell in rows[-1]):
            raise _too_long(f"more than {2 * MOST_ROWS:,}")
    return rows


def _cell(cell):
    if cell.value is None:
        return Cell()
    if cell.data_type == "f":
        return Cell(plain(cell.value if isinstance(cell.value, str) else "="), FORMULA)
    if cell.data_type == "e":
        return Cell(str(cell.value), ERROR)
    return of_python(cell.value)


def _merged(data, path):
    with ZipFile(io.BytesIO(data)) as archive:
        return MERGED.findall(archive.read(path))


def _sheet(title, rows):
    """Tell the headings from the rows. They are in the first row that is not empty."""
    filled = {number: row for number, row in enumerate(rows, 1) if any(cell.text for cell in row)}
    if not filled:
        return Sheet(title, [], {})
    first = min(filled)
    headings = [cell.text for cell in filled.pop(first)]
    return Sheet(title, headings, filled)
