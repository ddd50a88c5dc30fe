"""Word files made in memory, and Markdown files, as an officer would choose them."""

import io
import zipfile
from html import escape

from django.core.files.uploadedfile import SimpleUploadedFile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
NAMES = (
    f'xmlns:w="{W}" xmlns:r="{R}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
STYLES = {
    "Title": "Title",
    "Heading1": "heading 1",
    "Heading2": "heading 2",
    "TOC1": "toc 1",
    "ListBullet": "List Bullet",
}


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*inside, style="", listed=False):
    """A paragraph of runs, or of plain texts."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    numbered = '<w:numPr><w:numId w:val="1"/></w:numPr>' if listed else ""
    runs = "".join(each if each.startswith("<") else run(each) for each in inside)
    return f"<w:p><w:pPr>{named}{numbered}</w:pPr>{runs}</w:p>"


def heading(text, level=1):
    return paragraph(text, style=f"Heading{level}")


def note(key, kind="footnote"):
    return f'<w:r><w:{kind}Reference w:id="{key}"/></w:r>'


def table(*rows, is_headed=False):
    made = ""
    for number, row in enumerate(rows):
        head = "<w:trPr><w:tblHeader/></w:trPr>" if is_headed and number == 0 else ""
        cells = "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row)
        made += f"<w:tr>{head}{cells}</w:tr>"
    return f"<w:tbl>{made}</w:tbl>"


def _root(name, inside):
    return f"<w:{name} {NAMES}>{inside}</w:{name}>"


def docx(*blocks, footnotes=None, endnotes=None, links=None, parts=None):
    """The bytes of a Word file. `parts` are others of its XML parts, {name: what is inside}."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in STYLES.items()
    )
    inside = {"styles": _root("styles", styles)}
    for kind, notes in (("footnote", footnotes), ("endnote", endnotes)):
        if notes:
            made = "".join(
                f'<w:{kind} w:id="{key}">{paragraph(text)}</w:{kind}>'
                for key, text in notes.items()
            )
            lines = f'<w:{kind} w:type="separator" w:id="-1">{paragraph("line")}</w:{kind}>'
            inside[f"{kind}s"] = _root(f"{kind}s", lines + made)
    for name, xml in (parts or {}).items():
        root = {"header": "hdr", "comments": "comments"}[name]
        inside[name] = _root(root, xml)
    related = "".join(
        f'<Relationship Id="{name}" Type="{R}/{name}" Target="{name}.xml"/>' for name in inside
    )
    for key, address in (links or {}).items():
        related += (
            f'<Relationship Id="{key}" Type="{R}/hyperlink" Target="{escape(address)}" '
            'TargetMode="External"/>'
        )
    main = f'<Relationship Id="main" Type="{R}/officeDocument" Target="word/document.xml"/>'
    files = {
        "_rels/.rels": _relationships(main),
        "word/_rels/document.xml.rels": _relationships(related),
        "word/document.xml": _root("document", f"<w:body>{''.join(blocks)}</w:body>"),
        **{f"word/{name}.xml": xml for name, xml in inside.items()},
    }
    return zipped(files)


def _relationships(inside):
    return f'<Relationships xmlns="{PACKAGE}">{inside}</Relationships>'


def zipped(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


def upload(data, name="new.docx"):
    """A file as a form sends it."""
    return SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)
