"""Reads a Word file: the words of its main text and its footnotes, in their order.

Only the parts that hold words are unpacked, so what pictures unpack to does not matter. A file with
tracked changes is refused: which of its words were agreed is for its authors to say, and what we
print as “the strategy's words” must be those.
"""

import posixpath
import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile
from zlib import error as BrokenStream  # noqa: N812  It is a class.

from django.core.exceptions import ValidationError
from lxml import etree

from helphub.splitting import documents, words
from helphub.splitting.documents import Block, Reading
from helphub.splitting.docx_styles import Styles
from helphub.splitting.docx_text import Text, is_bold
from helphub.splitting.docx_xml import child, elements, is_on, local, value

MOST_UNPACKED = 30 * 1024 * 1024
MAIN = "/officeDocument"
TRACKED = {"ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge"}
LONGEST_BOLD_HEADING = 120
BULLET = re.compile(r"^[•·●○◦‣▪■□➢✓\uf000-\uf0ff]\s*(?=\S)")
BROKEN = "“{name}” is broken. Open it in Word, save it again as .docx, and choose that."
NOT_WORD = (
    "“{name}” is not a Word file, though its name says so. Open it in Word and save it as .docx."
)


def read(data, name):
    """The blocks of a Word file."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            if any(part.flag_bits & 1 for part in archive.infolist()):
                raise ValidationError(f"“{name}” has a password. Save it without one.")
            package = Package(archive, name)
            return Document(package).read()
    except (
        *(BadZipFile, BrokenStream, NotImplementedError, EOFError, OSError, RecursionError),
        *(etree.XMLSyntaxError, KeyError, ValueError),
    ) as error:
        raise ValidationError(BROKEN.format(name=name)) from error


class Package:
    """The parts of the file that hold words."""

    def __init__(self, archive, name):
        self.archive, self.name, self.left = archive, name, MOST_UNPACKED
        self.there = {part.filename for part in archive.infolist()}
        targets, _addresses = self._related("")
        main = [target for kind, target in targets if kind.endswith(MAIN)]
        if not main:
            raise ValidationError(NOT_WORD.format(name=name))
        self.main = main[0]
        self.related, self.addresses = self._related(self.main)

    def part(self, path):
        """A part, parsed, or None. What the file says of its sizes is not believed."""
        if path not in self.there:
            return None
        with self.archive.open(path) as file:
            data = file.read(self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise ValidationError(
                f"“{self.name}” unpacks to more than {MOST_UNPACKED // 1024 // 1024} MB. Split it "
                "into several files at a chapter, and choose them one after the other."
            )
        parser = etree.XMLParser(
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        root = etree.fromstring(data, parser)
        if root.getroottree().docinfo.doctype:
            raise ValidationError(BROKEN.format(name=self.name))
        return root

    def parts(self, *kinds):
        """The parts of these kinds that belong to the main text."""
        found = [target for kind, target in self.related if kind.rpartition("/")[2] in kinds]
        return [root for path in found if (root := self.part(path)) is not None]

    def _related(self, path):
        """What a part is related to, [(kind, path)], and the addresses in it, {key: address}."""
        folder, file = posixpath.split(path)
        root = self.part(posixpath.join(folder, "_rels", f"{file}.rels"))
        found, addresses = [], {}
        for item in root if root is not None else ():
            target = item.get("Target") or ""
            if item.get("TargetMode") == "External":
                addresses[item.get("Id")] = target
            else:
                base = "" if target.startswith("/") else folder
                joined = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
                found.append((item.get("Type") or "", joined))
        return found, addresses


class Document:
    """The main text, walked once."""

    def __init__(self, package):
        self.package = package
        self.root = package.part(package.main)
        if self.root is None or local(self.root) != "document":
            raise ValidationError(NOT_WORD.format(name=package.name))
        self.styles = Styles(*package.parts("styles"))
        self.reading = Reading()
        self.text = Text(package.addresses, self.reading.left_out, self._has_page_marks())
        self.paragraph = self.table = 0

    def read(self):
        notes = {
            "footnote": self.package.parts("footnotes"),
            "endnote": self.package.parts("endnotes"),
        }
        self._refuse_tracked_changes([self.root, *notes["footnote"], *notes["endnote"]])
        for body in elements(self.root, "body"):
            self._blocks(body)
        self._add_notes(notes)
        self._count_the_rest()
        return self.reading

    def _has_page_marks(self):
        return any(local(item) == "lastRenderedPageBreak" for item in self.root.iter())

    def _refuse_tracked_changes(self, roots):
        count = sum(local(item) in TRACKED for root in roots for item in root.iter())
        if count:
            has = "a tracked change" if count == 1 else f"{count:,} tracked changes"
            raise ValidationError(
                f"“{self.package.name}” has {has}, so it does not say which words were agreed. "
                "In Word, open Review, choose “Accept All Changes and Stop Tracking”, or reject "
                "them, save it, and choose it again."
            )

    # Blocks.

    def _blocks(self, parent, where=""):
        for item in parent:
            name = local(item)
            if name == "p":
                self._paragraph(item, where)
            elif name == "tbl":
                self._table(item, where)
            elif name == "sdt":
                if self._is_contents(item):
                    self.reading.left_out["contents"] += sum(
                        bool(self.text.of(line).strip())
                        for line in item.iter()
                        if local(line) == "p"
                    )
                else:
                    for content in elements(item, "sdtContent"):
                        self._blocks(content, where)
            elif name in ("customXml", "smartTag"):
                self._blocks(item, where)
            elif name == "altChunk":
                self.reading.left_out["embedded"] += 1

    @staticmethod
    def _is_contents(item):
        galleries = [value(part) for part in item.iter() if local(part) == "docPartGallery"]
        return "Table of Contents" in galleries

    def _place(self, where):
        page = f"page {self.text.page}, " if self.text.page > 1 or self.text.has_pages else ""
        return f"{page}{where or f'paragraph {self.paragraph}'}"

    def _paragraph(self, item, where=""):
        self.paragraph += 1
        self.text.begin()
        found = words.kept(self.text.of(item))
        boxes, links = self.text.boxes, list(dict.fromkeys(self.text.links))
        style = self.styles.of(item)
        if found and style.is_contents:
            self.reading.left_out["contents"] += 1
        elif found:
            kind, level = self._kind(item, style, found)
            if bullet := BULLET.match(found):
                kind, found = documents.ITEM, found[bullet.end() :]
            self.reading.add(Block(kind, found, self._place(where), level, links=links))
        for box in boxes:
            self._blocks(box, where or f"paragraph {self.paragraph}, text box")

    def _kind(self, item, style, found):
        if style.level is not None:
            return documents.HEADING, style.level
        if style.is_list:
            return documents.ITEM, 1
        # Many documents have bold lines for headings.
        is_short = len(found) <= LONGEST_BOLD_HEADING and not found.endswith((".", ";", ","))
        if is_short and is_bold(item):
            return documents.HEADING, 9
        return documents.PARAGRAPH, 1

    def _table(self, table, where=""):
        self.table += 1
        number, rows = self.table, list(elements(table, "tr", through=("sdt", "sdtContent")))
        for row_number, row in enumerate(rows, 1):
            cells = list(elements(row, "tc", through=("sdt", "sdtContent")))
            place = where or f"table {number}, row {row_number}"
            if len(cells) == 1:
                # A frame around ordinary text.
                self._blocks(cells[0], place)
                continue
            said, links, boxes = [], [], []
            for cell in cells:
                self.text.begin()
                said.append(words.kept(self.text.of(cell)))
                links += self.text.links
                boxes += self.text.boxes
            if any(said):
                found = " ".join(filter(None, said))
                place_now = self._place(place)
                is_head = is_on(child(child(row, "trPr"), "tblHeader"))
                kind = documents.HEAD if is_head else documents.ROW
                self.reading.add(Block(kind, found, place_now, links=links))
            for box in boxes:
                self._blocks(box, f"{place}, text box")

    # What stands apart from the main text.

    def _add_notes(self, notes):
        there = {}
        for kind, roots in notes.items():
            for root in roots:
                for note in elements(root, kind):
                    if value(note, "type") in (None, "normal"):
                        there[kind, value(note, "id")] = note
        for (kind, key), number in list(self.text.numbers.items()):
            note = there.pop((kind, key), None)
            self._add_note(kind, note, number)
        for (kind, _key), note in there.items():
            self._add_note(kind, note, len(self.text.numbers) + 1)

    def _add_note(self, kind, note, number):
        if note is None:
            self.reading.left_out["missing"] += 1
            return
        self.text.begin()
        found = words.printed(words.kept(self.text.of(note)))
        if found:
            block = Block(documents.NOTE, found, f"{kind} {number}", number=number)
            block.links = list(self.text.links)
            self.reading.add(block)

    def _count_the_rest(self):
        left_out = self.reading.left_out
        for root in self.package.parts("comments"):
            left_out["comment"] += len(list(elements(root, "comment")))
        for root in self.package.parts("header", "footer"):
            left_out["header"] += any(
                (item.text or "").strip() for item in root.iter() if local(item) == "t"
            )
