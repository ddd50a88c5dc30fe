"""The rows of a file, matched with the tables and columns of a book.

What cannot be told is a refusal: it names the sheet, the row and the column, and what to do.
"""

from difflib import get_close_matches
from typing import NamedTuple

from openpyxl.utils import get_column_letter

from helphub.spreadsheets.cells import Cell
from helphub.spreadsheets.reading import EXPORT_AGAIN
from helphub.spreadsheets.tables import ROW, VERSION
from helphub.spreadsheets.writing import VERSION_MARK

MOST_UNKNOWN = 10


class Refusal(NamedTuple):
    """Why a file cannot be taken, and where in it."""

    place: str
    message: str
    row: int = 0  # 0 for what is about a whole sheet.
    table: str = ""


class Line(NamedTuple):
    """A row of a file: which row of the site it is, and its cells by heading."""

    table: str  # The title.
    number: int
    record: str
    row: str
    version: str
    cells: dict[str, Cell]
    letters: dict[str, str]  # Of the columns, by heading.
    is_csv: bool = False

    @property
    def place(self):
        return f"Row {self.number}" if self.is_csv else f"{self.table}, row {self.number}"

    def place_of(self, heading):
        if heading not in self.letters:
            return f"{self.place}, “{heading}”"
        return f"{self.place}, “{heading}” ({self.letters[heading]}{self.number})"

    def refusal(self, message, heading=""):
        """Why this row cannot be taken, or a cell of it."""
        place = self.place_of(heading) if heading else self.place
        return Refusal(place, message, self.number, self.table)

    def refusal_beside(self, first):
        """Why this row cannot be taken: an earlier one says the same."""
        return self.refusal(f"“{self.record}” is in row {first.number} too. Keep one of them.")

    @property
    def identity(self):
        """The row of the site that it is. A new row within a form has none."""
        if self.row or ROW not in self.letters:
            return self.table, self.record, self.row
        return self.table, self.number

    def stored(self):
        cells = {heading: list(cell) for heading, cell in self.cells.items()}
        return [*self[:5], cells, self.letters, self.is_csv]

    @classmethod
    def restored(cls, kept):
        cells = {heading: Cell(*cell) for heading, cell in kept[5].items()}
        return cls(*kept[:5], cells, *kept[6:])


def in_order(refusals, book):
    """Refusals in the order of the file: first what is about whole sheets."""
    titles = [table.title for table in book.tables]

    def place(refusal):
        return refusal.row > 0, titles.index(refusal.table) if refusal.table else 0, refusal.row

    return sorted(refusals, key=place)


def of_sheets(sheets, book):
    """The lines of a file, and why some of it cannot be read."""
    lines, refusals = [], []
    for sheet in sheets:
        table = _table_of(sheet, book, is_alone=len(sheets) == 1)
        if table is None:
            refusals.append(_unknown_sheet(sheet, book))
            continue
        columns, faults = _columns(sheet, table)
        refusals += faults
        if not faults:
            lines += [
                _line(table, number, row, columns, is_csv=not sheet.title)
                for number, row in sheet.rows.items()
            ]
    return lines, refusals + _twice(lines)


def _table_of(sheet, book, *, is_alone):
    """The table of a sheet: by its title, or by its headings if it has lost that."""
    named = {table.title.casefold(): table for table in book.tables}
    if table := named.get(sheet.title.strip().casefold()):
        return table
    headings = {heading.casefold() for heading in sheet.headings if heading}
    fitting = [
        (len(headings & known), table)
        for table in book.tables
        for known in [{heading.casefold() for heading in table.headings}]
        if is_alone and {heading.casefold() for heading in table.key_headings} <= headings
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _unknown_sheet(sheet, book):
    titles = ", ".join(f"“{table.title}”" for table in book.tables)
    if sheet.title and not sheet.rows:
        message = f"There is no sheet of this name here, only {titles}. Delete it."
    else:
        message = (
            f"This is not one of the tables of “{book.title}” ({titles}). Their first row has "
            f"the columns that were exported, “{book.tables[0].record_heading}” and “{VERSION}” "
            f"among them. {EXPORT_AGAIN}"
        )
    return Refusal(f"Sheet “{sheet.title}”" if sheet.title else "The file", message)


def _columns(sheet, table):
    """Where each column is, {heading: place}, in whatever order."""
    known = {heading.casefold(): heading for heading in table.headings}
    place_of_sheet = f"Sheet “{sheet.title}”" if sheet.title else "The first row"
    columns, faults = {}, []
    for place, written in enumerate(sheet.headings):
        heading = known.get(" ".join(written.split()).casefold())
        where = f"{place_of_sheet}, column {get_column_letter(place + 1)}"
        if heading is None:
            if fault := _unknown_column(sheet, place, written, list(known.values())):
                faults.append(Refusal(where, fault))
        elif heading in columns:
            faults.append(Refusal(where, f"“{heading}” is there twice. Delete one of them."))
        else:
            columns[heading] = place
    faults += _beyond(sheet, place_of_sheet)
    if missing := [heading for heading in table.key_headings if heading not in columns]:
        named = " and ".join(f"“{heading}”" for heading in missing)
        message = f"The column {named} is missing. Without it nobody can tell which row is which."
        faults.insert(0, Refusal(place_of_sheet, f"{message} {EXPORT_AGAIN}"))
    return columns, faults[:MOST_UNKNOWN]


def _unknown_column(sheet, place, written, known):
    if not written:
        is_used = any(place < len(row) and row[place].text for row in sheet.rows.values())
        return "This column has no heading. Delete it, or write its heading." if is_used else ""
    near = get_close_matches(written, known, 1, 0.7)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    return f"There is no column “{written[:60]}” here.{hint} Delete it, or correct its heading."


def _beyond(sheet, place_of_sheet):
    width = len(sheet.headings)
    for number, row in sheet.rows.items():
        if any(cell.text for cell in row[width:]):
            yield Refusal(
                f"{place_of_sheet}, row {number}",
                "There is something to the right of the last heading. Delete it.",
            )


def _line(table, number, row, columns, *, is_csv):
    def text(heading):
        place = columns.get(heading)
        return row[place].text.strip() if place is not None and place < len(row) else ""

    cells = {
        heading: row[place] if place < len(row) else Cell()
        for heading, place in columns.items()
        if heading not in table.key_headings
    }
    letters = {heading: get_column_letter(place + 1) for heading, place in columns.items()}
    row_key = text(ROW) if table.child else ""
    return Line(
        table.title,
        number,
        text(table.record_heading),
        row_key,
        text(VERSION).removeprefix(VERSION_MARK),
        cells,
        letters,
        is_csv,
    )


def _twice(lines):
    """Two rows of a file for one row of the site."""
    seen, faults = {}, []
    for line in lines:
        if not line.record:
            continue
        first = seen.setdefault(line.identity, line)
        if first is not line:
            faults.append(line.refusal_beside(first))
    return faults
