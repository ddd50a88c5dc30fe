"""Spreadsheets as an officer has them: exported, edited in a program, and sent back."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from tests.support.reader import Page, form_values, text


def exported(client, label, query=""):
    """The workbook that a list exports."""
    response = client.get(f"/admin/spreadsheets/{label}/export/xlsx/{query}")
    assert response.status_code == 200, response.status_code
    return load_workbook(io.BytesIO(response.content))


def exported_csv(client, label, table, query=""):
    """The rows of a CSV export, as dictionaries."""
    response = client.get(f"/admin/spreadsheets/{label}/export/csv/{table}/{query}")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def headings(sheet):
    return {cell.value: cell.column for cell in sheet[1]}


def row_of(sheet, name):
    """The number of the first row of a record."""
    return next(row[0].row for row in sheet.iter_rows(min_row=2) if row[0].value == name)


def put(sheet, name, **values):
    """Write values into the row of a record. A heading's spaces are underscores."""
    row = row_of(sheet, name)
    for heading, value in values.items():
        sheet.cell(row, headings(sheet)[heading.replace("_", " ")]).value = value
    return row


def add(sheet, **values):
    """Add a row. A heading's spaces are underscores."""
    sheet.append(
        {headings(sheet)[heading.replace("_", " ")]: value for heading, value in values.items()}
    )
    return sheet.max_row


def as_bytes(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_csv(rows, separator=","):
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return file.getvalue()


def workbook(rows, title="Services"):
    """A workbook with these rows and nothing else."""
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def send(client, label, file, name="list.xlsx"):
    """Choose a file on a list's page. Returns the page that shows what it would change."""
    content = file if isinstance(file, bytes) else as_bytes(file)
    upload = SimpleUploadedFile(name, content)
    response = client.post(f"/admin/spreadsheets/{label}/", {"file": upload}, follow=True)
    return Page(response)


def take(client, page, **typed):
    """Press Save on that page."""
    form = page.one("form", id="take")
    values = {name: value for name, value in form_values(page).items() if value != []}
    values = {"mark": values["mark"]} | typed
    return Page(client.post(form.get("action"), values, follow=True))


def faults(page):
    """Why a file is refused, as an officer reads it."""
    return [
        text(item) for part in page.all("section", class_="to-mend") for item in part.iter("li")
    ]


def error(page):
    """Why a file cannot be read, beside the box for it."""
    return " ".join(text(item) for item in page.all("ul", class_="errorlist"))
