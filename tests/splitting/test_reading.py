"""What is read of a Word file and of a Markdown file, and which files are refused."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError

from helphub.splitting import documents, reading, words
from helphub.splitting import docx as docx_module
from tests.support.documents import (
    docx,
    heading,
    note,
    paragraph,
    run,
    table,
    upload,
    zipped,
)

ACCEPT = "Accept All Changes and Stop Tracking"
PICTURE = '<w:r><w:drawing><a:graphic><a:blip r:embed="x"/></a:graphic></w:drawing></w:r>'


def read(data, name="new.docx"):
    return reading.read(upload(data, name))


def said(found):
    return [(block.kind, words.with_numbers(block.text)) for block in found.blocks]


def refusal(data, name="new.docx"):
    with pytest.raises(ValidationError) as error:
        read(data, name)
    (words_of_it,) = error.value.messages
    return words_of_it


def test_a_word_file_is_read_in_its_order_with_its_kinds_and_places():
    found = read(
        docx(
            paragraph("The Strategy", style="Title"),
            heading("Our aims"),
            paragraph("We listen.", note(7), " We act."),
            paragraph("Be kind", listed=True),
            paragraph("Be fair", style="ListBullet"),
            heading("Who to ring", 2),
            table(["Who", "Number"], ["A line", "01384 000 901"], is_headed=True),
            footnotes={7: "A study, 2030."},
        )
    )
    assert said(found) == [
        ("heading", "The Strategy"),
        ("heading", "Our aims"),
        ("paragraph", "We listen.[1] We act."),
        ("item", "Be kind"),
        ("item", "Be fair"),
        ("heading", "Who to ring"),
        ("head", "Who Number"),
        ("row", "A line 01384 000 901"),
        ("footnote", "A study, 2030."),
    ]
    assert [block.level for block in found.blocks if block.kind == "heading"] == [0, 1, 2]
    assert found.blocks[2].place == "paragraph 3"
    assert found.blocks[7].place == "table 1, row 2"
    assert found.blocks[8].number == 1
    assert not found.left_out


def test_markdown_gives_the_same_as_word():
    found = read(
        "\ufeff# The Strategy\n\n## Our aims\n\nWe\nlisten.[^a] We act.\n\n- Be kind\n• Be fair\n\n"
        "### Who to ring\n\n| Who | Number |\n|---|---|\n| A line | 01384 000 901 |\n\n"
        "[^a]: A study,\n    2030.\n",
        "new.md",
    )
    assert said(found) == [
        ("heading", "The Strategy"),
        ("heading", "Our aims"),
        ("paragraph", "We listen.[1] We act."),
        ("item", "Be kind"),
        ("item", "Be fair"),
        ("heading", "Who to ring"),
        ("head", "Who Number"),
        ("row", "A line 01384 000 901"),
        ("footnote", "A study, 2030."),
    ]
    assert found.blocks[2].place == "line 5"
    assert found.blocks[7].place == "line 15"


def test_the_words_stay_as_printed_but_for_the_stated_rule():
    printed = "“It’s\u00a0her ﬁrst” –  2030\u20102033 \u00adand\u200b so\ton…"
    kept = "“It’s her first” – 2030-2033 and so on…"
    assert words.kept(printed) == kept
    signs = "<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>"
    assert said(read(docx(paragraph(printed), paragraph(signs)))) == [
        ("paragraph", kept),
        ("paragraph", "a-b c"),
    ]


def test_the_addresses_of_links_are_kept():
    link = f'<w:hyperlink r:id="l1">{run("The Act")}</w:hyperlink>'
    found = read(docx(paragraph(link), links={"l1": "https://example.org/act"}))
    assert found.blocks[0].links == ["https://example.org/act"]
    found = read("[The Act](https://example.org/act)", "new.md")
    assert found.blocks[0].links == ["https://example.org/act"]


def test_what_cannot_be_taken_is_counted():
    hidden = run("secret", "<w:vanish/>")
    found = read(
        docx(
            paragraph("Contents", style="TOC1"),
            paragraph("See ", PICTURE, hidden, "<m:oMath/>", note(9)),
            parts={"comments": "<w:comment/><w:comment/>", "header": paragraph("Draft 3")},
        )
    )
    assert said(found) == [("paragraph", "See[1]")]
    assert documents.left_out_in_words(found.left_out) == [
        "2 comments",
        "1 line of the table of contents",
        "1 equation",
        "1 header or footer",
        "1 piece of hidden text",
        "1 footnote that is not there",
        "1 picture",
    ]
    found = read("A ![chart](x.png)\n\n<div>b</div>\n", "new.md")
    assert found.left_out == {"picture": 1, "html": 1}


def test_a_text_box_is_read_once_after_its_paragraph():
    box = f"<w:drawing><w:txbxContent>{paragraph('In a box.')}</w:txbxContent></w:drawing>"
    copy = box.replace("drawing", "pict")
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{copy}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    found = read(docx(paragraph("Before.", both), paragraph("After.")))
    assert [text for _kind, text in said(found)] == ["Before.", "In a box.", "After."]
    assert found.blocks[1].place == "paragraph 1, text box"


def test_a_bold_line_is_a_heading_and_a_frame_is_ordinary_text():
    bold = run("Our aims", "<w:b/>")
    framed = f"<w:tbl><w:tr><w:tc>{paragraph('In a frame.')}</w:tc></w:tr></w:tbl>"
    assert said(read(docx(paragraph(bold), framed))) == [
        ("heading", "Our aims"),
        ("paragraph", "In a frame."),
    ]


def test_pages_are_counted_where_word_says_where_they_end():
    page_break = "<w:r><w:lastRenderedPageBreak/></w:r>"
    found = read(docx(paragraph("One."), paragraph(page_break, "Two.")))
    assert [block.place for block in found.blocks] == [
        "page 1, paragraph 1",
        "page 2, paragraph 2",
    ]


def test_endnotes_are_numbered_on_from_the_footnotes():
    both = paragraph("A", note(3), " b", note(3, "endnote"))
    found = read(docx(both, footnotes={3: "Foot."}, endnotes={3: "End."}))
    assert [(block.number, block.text) for block in found.blocks[1:]] == [(1, "Foot."), (2, "End.")]


@pytest.mark.parametrize(
    "changed",
    [
        f"<w:p><w:ins>{run('new')}</w:ins></w:p>",
        f"<w:p>{run('old')}<w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>",
    ],
)
def test_tracked_changes_are_refused_with_what_to_do(changed):
    words_of_it = refusal(docx(changed))
    assert "has a tracked change" in words_of_it
    assert ACCEPT in words_of_it


def test_a_long_document_is_read_whole():
    many = [paragraph(f"Sentence {number} of a long strategy.") for number in range(3000)]
    assert len(read(docx(*many)).blocks) == 3000


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"", "new.docx", "The file is empty"),
        (b"  \n", "new.md", "The file is empty"),
        (b"%PDF-1.7", "new.docx", "is a PDF"),
        (b"%PDF-1.7", "new.pdf", "is a PDF"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 20, "new.doc", "an old Word file"),
        (
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "new.docx",
            "has a password",
        ),
        (b"{\\rtf1}", "new.docx", "save it as .docx"),
        (b"words", "new.docx", "is not a Word file"),
        (b"PK\x03\x04broken", "new.docx", "is broken"),
        (b"PK\x03\x04", "new.md", "looks like a Word file"),
        (b"words", "new.odt", "save it as .docx"),
        (b"words", "new.xlsx", "cannot be read here"),
        ("café’s".encode("cp1252"), "new.md", "not in UTF-8"),
        ("words".encode("utf-16"), "new.md", "not in UTF-8"),
        (zipped({"xl/workbook.xml": "<x/>"}), "new.docx", "is not a Word file"),
        (docx(paragraph(" ")), "new.docx", "There are no words"),
    ],
)
def test_other_files_are_refused_in_plain_words(data, name, expected):
    assert expected in refusal(data, name)


def test_a_file_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(docx_module, "MOST_UNPACKED", 20_000)
    assert "unpacks to more than" in refusal(docx(paragraph("a" * 30_000)))


def test_pictures_are_not_unpacked(monkeypatch):
    monkeypatch.setattr(docx_module, "MOST_UNPACKED", 20_000)
    data = docx(paragraph("Words."))
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.png", b"0" * 100_000)
    assert said(read(file.getvalue())) == [("paragraph", "Words.")]


def test_a_document_with_entities_is_refused():
    files = {
        "_rels/.rels": '<!DOCTYPE x [<!ENTITY a "b">]><Relationships>&a;</Relationships>',
        "word/document.xml": "<x/>",
    }
    assert "is broken" in refusal(zipped(files))


def test_too_many_paragraphs_are_refused(monkeypatch):
    monkeypatch.setattr(documents, "MOST_BLOCKS", 2)
    assert "more than 2 paragraphs" in refusal(docx(*[paragraph("Words.")] * 3))


def test_a_file_that_is_too_big_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_MB", 0.0001)
    assert "the limit is" in refusal(b"a" * 5000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! “Three?” Four.", ["One.", "Two!", "“Three?”", "Four."]),
        ("Dr. Smith of No. 3, i.e. Somebody. Two.", ["Dr. Smith of No. 3, i.e. Somebody.", "Two."]),
        ("It (see below. And there) ends. Two", ["It (see below. And there) ends.", "Two"]),
        ("It rose to 7.5% in all.", ["It rose to 7.5% in all."]),
    ],
)
def test_a_paragraph_is_split_at_its_sentences(text, expected):
    assert words.sentences(text) == expected


def test_the_mark_of_a_footnote_stays_with_its_sentence():
    text = f"One.{words.mark(1)} Two."
    assert [words.with_numbers(each) for each in words.sentences(text)] == ["One.[1]", "Two."]
