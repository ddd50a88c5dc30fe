"""A list as a file: XLSX with a sheet for each table, or CSV with one table."""

import io
import re
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from helphub.content import csv_files
from helphub.history import snapshots
from helphub.spreadsheets.cells import Names, labels, plain, shown

XLSX, CSV = "xlsx", "csv"
CONTENT_TYPES = {
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CSV: csv_files.TYPE,
}
HOW_TO = "How to"
# A version in front of its sign, so that no program takes it for a number.
VERSION_MARK = "v-"
FORMULA = ("=", "+", "-", "@")  # With these a spreadsheet program begins a formula.
DIMENSION = re.compile(rb"<dimension[^>]*/>")
SHORT, LONG, LONGEST_LIST = 16, 44, 255
MOST_ROWS = 5_000  # Of a file that comes back.
ABOUT = [
    "Change cells and save. Then send the file on the page where you got it.",
    "You see every difference before anything is saved.",
    "",
    "An empty cell empties the field. A column or row that you delete changes nothing.",
    "Leave “Version” and “Row” as they are. To add a row, leave both empty.",
    "Several names in one cell: put a comma between them. The names to use are below.",
    "Days: 3 December 2026. Times: 09:00. Ticks: yes or no.",
    "Phone numbers: the cells are text, so a 0 at the start stays. Keep them text.",
    "Formulas are not worked out. Merged cells are refused.",
]


def rows(table, keys, states, names):
    """The rows of a table for these records, as lists of texts."""
    columns = list(table.columns.values())
    name_of = names.of(table.model)
    for key in keys:
        state = states[key]
        found = table.rows_of(state)
        if not found or not table.may_leave(state):
            continue
        version = f"{VERSION_MARK}{state.fingerprint}"
        for row, fields in found.items():
            first = [name_of[key], *([row] if table.child else [])]
            values = [shown(field, fields.get(field.name), names) for field in columns]
            yield [*first, *values, version]


def as_csv(table, keys):
    states = snapshots.read(table.model, keys)
    return csv_files.written([table.headings, *rows(table, keys, states, Names())])


def as_xlsx(book, wanted, keys):
    """The workbook of these tables of a book.

    openpyxl makes it, with the headings. We write the rows into it ourselves, because openpyxl
    would take a second for two thousand services.
    """
    workbook, names, states, written = Workbook(), Names(), {}, []
    workbook.remove(workbook.active)
    for table in wanted:
        of_table = book.keys_for(table, keys)
        if table.model not in states:  # Read once for all its tables.
            states[table.model] = snapshots.read(table.model, of_table)
        sheet = workbook.create_sheet(table.title)
        styles = _dress(sheet, table)
        found = rows(table, of_table, states[table.model], names)
        written.append(_as_xml(table, found, styles))
    _write_how_to(workbook.create_sheet(HOW_TO), wanted)
    file = io.BytesIO()
    workbook.save(file)
    return _with_rows(file.getvalue(), written)


def _as_xml(table, found, styles):
    """The rows as a sheet holds them. Every cell is a text, whatever it begins with."""
    fixed = _fixed_places(table)
    letters = [get_column_letter(number) for number in range(1, len(table.headings) + 1)]
    parts = []
    for number, row in enumerate(found, 2):
        parts.append(f'<row r="{number}">')
        for place, text in enumerate(row):
            if text:
                style = "fixed" if place in fixed else "quoted" if text[0] in FORMULA else "open"
                parts.append(
                    f'<c r="{letters[place]}{number}" s="{styles[style]}" t="inlineStr"><is>'
                    f'<t xml:space="preserve">{escape(text)}</t></is></c>'
                )
        parts.append("</row>")
    return "".join(parts).encode()


def _with_rows(data, written):
    """The workbook with these rows in its first sheets."""
    paths = {f"xl/worksheets/sheet{number}.xml": rows for number, rows in enumerate(written, 1)}
    file = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as was, ZipFile(file, "w", ZIP_DEFLATED) as now:
        for name in was.namelist():
            content = was.read(name)
            if name in paths:
                content = DIMENSION.sub(b"", content)  # It says where the last cell is.
                content = content.replace(b"</sheetData>", paths[name] + b"</sheetData>")
            now.writestr(name, content)
    return file.getvalue()


def _fixed_places(table):
    fixed = {
        table.heading_of(field) for field in table.columns.values() if field.name in table.fixed
    }
    return {
        place
        for place, heading in enumerate(table.headings)
        if heading in fixed or heading in table.key_headings
    }


def _dress(sheet, table):
    """Make it pleasant to work in: headings, widths, lists to choose from, and text everywhere.

    Returns the numbers of the styles that its cells can have.
    """
    sheet.freeze_panes = "B2"
    for number, heading in enumerate(table.headings, 1):
        cell = sheet.cell(1, number)
        cell.value, cell.font, cell.number_format = heading, Font(bold=True), "@"
        field = table.columns.get(heading)
        column = sheet.column_dimensions[cell.column_letter]
        column.width = LONG if field is not None and _is_long(field) else SHORT
        column.number_format = "@"  # For the cells that are empty.
        if field is not None:
            _offer_choices(sheet, cell.column_letter, _choices(field))
    return _styles(sheet)


def _styles(sheet):
    """The styles of cells by name, and their numbers in the workbook."""
    grey = PatternFill("solid", fgColor="EEEEEE")
    numbers = {}
    for name, style in {
        "open": {},
        "quoted": {"quotePrefix": True},
        "fixed": {"fill": grey},
    }.items():
        cell = Cell(sheet, 1, 1)
        cell.number_format, cell.alignment = "@", Alignment(wrap_text=True, vertical="top")
        for attribute, value in style.items():
            setattr(cell, attribute, value)
        numbers[name] = cell.style_id
    return numbers


def _offer_choices(sheet, letter, choices):
    listed = ",".join(choices)
    if not choices or len(listed) > LONGEST_LIST or any("," in choice for choice in choices):
        return
    validation = DataValidation("list", formula1=f'"{listed}"', allow_blank=True)
    validation.showErrorMessage = False  # The import says it better.
    validation.add(f"{letter}2:{letter}{MOST_ROWS}")
    sheet.add_data_validation(validation)


def _is_long(field):
    return (getattr(field, "max_length", None) or 9999) > 100 and not field.is_relation


def _choices(field):
    if field.choices:
        return list(labels(field).values())
    return ["yes", "no"] if field.get_internal_type() == "BooleanField" else []


def _write_how_to(sheet, wanted):
    sheet.column_dimensions["A"].width = sheet.column_dimensions["B"].width = LONG
    names, related = Names(), {}
    for line in ABOUT:
        sheet.append([line])
    for table in wanted:
        for heading, field in table.columns.items():
            if field.is_relation:
                related.setdefault(field.related_model, []).append(heading)
            elif _choices(field):
                sheet.append([f"{table.title}: {heading}", "; ".join(_choices(field))])
    for model, headings in related.items():
        sheet.append([])
        sheet.append([", ".join(dict.fromkeys(headings)), "Write the names in this column"])
        called = {row.pk: str(row) for row in model._base_manager.all()}
        for key, name in names.of(model).items():
            sheet.append([plain(called[key])[:200], name])
            sheet.cell(sheet.max_row, 1).data_type = "s"
