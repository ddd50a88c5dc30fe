"""Files of translators, as they are exported, changed in a tool, and sent back."""

from io import BytesIO

import openpyxl
import polib
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import etree

from helphub.languages.exchange import compare, entries, formats

XLIFF = "{urn:oasis:names:tc:xliff:document:2.0}"


def exported(code, form, part=""):
    return formats.FORMATS[form].write(entries.of_language(code, part), code)


def upload(data, name):
    return SimpleUploadedFile(name, data)


def outcome_of(data, code, form):
    """What the import of these bytes would do."""
    name = f"file{formats.FORMATS[form].endings[0]}"
    return compare.compare(formats.read(upload(data, name), code), code)


class Unit:
    """An entry of a file as a tool has it open: PO, XLIFF or XLSX alike."""

    def __init__(self, read, write):
        self._read, self._write = read, write

    def __getattr__(self, name):
        return self._read(name)

    def set(self, **values):
        for name, value in values.items():
            self._write(name, value)


def opened(data, form):
    """The units of a file, and a function that gives the file as saved."""
    return {"po": _po, "xliff": _xliff, "xlsx": _xlsx}[form](data)


def _po(data):
    file = polib.pofile(data.decode())  # Wraps lines, comments too.
    fields = {
        "context": "msgctxt",
        "english": "msgid",
        "words": "msgstr",
        "note": "tcomment",
        "comment": "comment",
    }

    def unit(entry):
        return Unit(
            lambda name: getattr(entry, fields[name]),
            lambda name, value: setattr(entry, fields[name], value),
        )

    return [unit(entry) for entry in file], lambda: f"{file}\n".encode()


def _xliff(data):
    root = etree.fromstring(data)

    def element(unit, name):
        segment = unit.find(f"{XLIFF}segment")
        tag = {"english": "source", "words": "target"}.get(name)
        if tag is None:
            notes = unit.find(f"{XLIFF}notes")
            found = notes.find(f"{XLIFF}note[@category='{name}']")
            if found is not None:
                return found
            return etree.SubElement(notes, f"{XLIFF}note", {"category": name})
        found = segment.find(f"{XLIFF}{tag}")
        return etree.SubElement(segment, f"{XLIFF}{tag}") if found is None else found

    def unit(node):
        def read(name):
            return node.get("name") if name == "context" else element(node, name).text or ""

        def write(name, value):
            if name == "context":
                node.set("name", value)
            else:
                element(node, name).text = value

        return Unit(read, write)

    units = [unit(node) for node in root.iter(f"{XLIFF}unit")]
    return units, lambda: etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _xlsx(data):
    book = openpyxl.load_workbook(BytesIO(data))
    columns = {"context": 1, "english": 2, "words": 3, "state": 4, "note": 5, "exported_from": 6}

    def unit(number):
        def write(name, value):
            cell = book.active.cell(number, columns[name])
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"

        return Unit(lambda name: book.active.cell(number, columns[name]).value or "", write)

    def saved():
        file = BytesIO()
        book.save(file)
        return file.getvalue()

    return [unit(number) for number in range(2, book.active.max_row + 1)], saved
