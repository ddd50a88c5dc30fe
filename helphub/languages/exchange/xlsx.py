"""XLSX: for a translator who has a spreadsheet and no other tool.

Formulas are neither written nor believed. A text that would look like one in a spreadsheet is
written as text; one that comes back is refused.
"""

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.core.exceptions import ValidationError
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection

from helphub.languages import names
from helphub.languages.exchange import unzipped
from helphub.languages.exchange.entries import Found, check_language, of_note, plain
from helphub.languages.states import of_text

CONTEXT, ENGLISH, STATE, NOTE, EXPORTED_FROM = (
    "Context",
    "English",
    "State",
    "Note",
    "Exported from",
)
WORDS = re.compile(r".*\(([\w-]+)\)")  # Such as "Urdu (ur)".
WIDTHS = {"A": 26, "B": 60, "C": 60, "D": 12, "E": 30, "F": 14}
SIGNS = ("=", "+", "-", "@", "\t")  # With these a spreadsheet begins a formula.
MOST_ROWS = 20_000
DATES = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
FORMULA = (
    "{cell} has a formula. Formulas are not worked out here. Format the cell as text and write "
    "the words."
)
LOOKS_LIKE_ONE = (
    "{cell} begins with “{sign}”, as a formula does. Begin with a word; write a minus as a word."
)
NOT_TEXT = "{cell} holds a number, a date or an error. Format the cell as text and write the words."


def write(entries, code):
    book = Workbook()
    sheet = book.active
    sheet.title = code
    heading = f"{names.in_english(code)} ({code})"
    _row(sheet, 1, [CONTEXT, ENGLISH, heading, STATE, NOTE, EXPORTED_FROM])
    for number, entry in enumerate(entries, 2):
        values = [entry.context, entry.english, entry.words, entry.state, entry.note]
        _row(sheet, number, [*values, entry.exported_from])
    _dress(sheet, code)
    file = BytesIO()
    book.save(file)
    return _without_dates(file.getvalue())


def _row(sheet, number, values):
    for column, value in enumerate(values, 1):
        cell = sheet.cell(number, column)
        if value:
            cell.value = value
            cell.data_type = "s"  # Whatever it begins with.
        cell.number_format = "@"
        cell.quotePrefix = value.startswith(SIGNS)


def _dress(sheet, code):
    """Make it pleasant to work in. Only the translation and the note can be written into."""
    order = 2 if code in {"ur", "ar"} else 1
    grey = PatternFill("solid", fgColor="F2F2F2")
    for row in sheet.iter_rows():
        for cell in row:
            is_open = cell.column_letter in "CE" and cell.row > 1
            cell.alignment = Alignment(
                wrap_text=True,
                vertical="top",
                readingOrder=order if cell.column_letter == "C" else 1,
            )
            cell.protection = Protection(locked=not is_open)
            if cell.row == 1:
                cell.font = Font(bold=True)
            elif not is_open:
                cell.fill = grey
    for letter, width in WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "C2"
    protection = sheet.protection
    protection.sheet = True  # Against slips: there is no password.
    protection.formatCells = protection.formatColumns = protection.formatRows = False


def _without_dates(data):
    """The same file without the time it was made, so that equal texts make equal files."""
    file = BytesIO()
    with ZipFile(BytesIO(data)) as was, ZipFile(file, "w") as now:
        for name in was.namelist():
            content = was.read(name)
            if name == "docProps/core.xml":
                content = DATES.sub(b"", content)
            now.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return file.getvalue()


def read(data, code):
    unzipped.check(data)
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # Some programs write wrong ones.
        rows = [list(row) for row in sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=50)]
    except Exception as error:  # A broken file can fail anywhere in openpyxl.
        raise ValidationError(
            "The spreadsheet is broken. Save it again as .xlsx in your program, or export again."
        ) from error
    if len(rows) > MOST_ROWS:
        raise ValidationError(f"The spreadsheet has more than {MOST_ROWS:,} rows. Delete the rest.")
    columns = _columns(rows, code)
    return [
        _found(row, number, columns)
        for number, row in enumerate(rows[1:], 2)
        if any(cell.value is not None for cell in row)
    ]


def _columns(rows, code):
    """Where each thing is, by the headings in the first row: {heading: number}."""
    headings = [str(cell.value or "").strip() for cell in rows[0]] if rows else []
    columns = {heading: number for number, heading in enumerate(headings)}
    language = next((h for h in headings if h not in {NOTE, STATE} and WORDS.fullmatch(h)), None)
    if missing := {CONTEXT, ENGLISH, NOTE, EXPORTED_FROM} - columns.keys():
        raise ValidationError(
            f"The first row has no heading {' or '.join(sorted(missing))}. Leave the first row as "
            "it was exported."
        )
    check_language(language and WORDS.fullmatch(language)[1], code)
    return columns | {WORDS: columns[language]}


def _found(row, number, columns):
    faults = []

    def text(name):
        value, fault = _text_of(row, columns[name], number)
        faults.extend(fault)
        return value

    context, english, words = text(CONTEXT), text(ENGLISH), text(WORDS)
    note, exported_from = text(NOTE), text(EXPORTED_FROM)
    before = exported_from.split(".")
    # A list begins with “- ” in every language. What was exported so may stay so.
    if words[:1] != english[:1] and of_text(words) not in before:
        faults += _sign(words, columns[WORDS], number)
    if of_note(note) not in before:
        faults += _sign(note, columns[NOTE], number)
    return Found(
        place=_name(columns[WORDS], number),
        context=context,
        english=english,
        words=plain(words),
        note=plain(note),
        exported_from=exported_from.strip(),
        fault=" ".join(faults),
    )


def _name(column, number):
    return f"Cell {chr(ord('A') + column)}{number}" if column < 26 else f"Row {number}"


def _text_of(row, column, number):
    """The text of a cell, and why it has none."""
    cell = row[column] if column < len(row) else None
    if cell is None or cell.value is None:
        return "", []
    if cell.data_type == "f":
        return "", [FORMULA.format(cell=_name(column, number))]
    if cell.data_type == "e" or not isinstance(cell.value, str):
        return "", [NOT_TEXT.format(cell=_name(column, number))]
    return cell.value.replace("_x000D_", ""), []


def _sign(text, column, number):
    if text.lstrip(" \n").startswith(SIGNS):
        cell, sign = _name(column, number), text.lstrip(" \n")[0]
        yield LOOKS_LIKE_ONE.format(cell=cell, sign=sign)
