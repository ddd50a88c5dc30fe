"""What each piece of a document is proposed to be, by its headings, its lists and its words."""

import pytest

from helphub.splitting import changing, kinds, markdown_file, words
from helphub.splitting.earlier import Earlier, Row
from helphub.splitting.parts import parts_of
from helphub.splitting.proposing import Piece, numbers_to_check, propose, sections

CHAPTERS = [
    *("overview", "definition", "evidence", "priorities", "principles", "prevention"),
    *("changing-behaviour", "governance", "standards", "sources"),
]


def pieces_of(text, earlier=None, chapters=CHAPTERS):
    return propose(markdown_file.read(text).blocks, earlier or Earlier(), chapters)


def proposed(text, earlier=None):
    return [(piece.what, piece.words) for piece in pieces_of(text, earlier)]


def test_the_only_highest_heading_is_the_documents_name_and_no_section():
    said = proposed("# The plan\n\n## One\n\nWords.\n\n## Two\n\nWords.\n")
    assert said[0] == (kinds.OUT, "The plan")
    assert [what for what, _words in said[1:]] == [*["heading", "passage"] * 2]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("## Our priorities\n\n- Plant trees", kinds.PRIORITY),
        (
            "## How we work\n\nThese principles underpin our priorities:\n\n- Be kind",
            kinds.PRINCIPLE,
        ),
        ("## Scope\n\nIt covers these forms of abuse:\n\n- Shouting", kinds.FORM),
        ("## Regional standards\n\n- Answer in a day", kinds.STANDARD),
        ("## Governance\n\n- The Northgate Board", kinds.BODY),
        ("## Appendix 2\n\n- [The Act](https://example.org/act)", kinds.DOCUMENT),
        ("## Appendix 2\n\n[The Act. Part two](https://example.org/act)", kinds.DOCUMENT),
        ("## National profile\n\nIt is 1 in 9 people.", kinds.STATISTIC),
        ("## National profile\n\nReports rose by 12% in 2030.", kinds.STATISTIC),
        ("## Our approach\n\nIt is 1 in 9 people.", kinds.PASSAGE),
        ("## Our approach\n\nWe planned it for 2014-2019 in 12 towns.", kinds.PASSAGE),
        ("## Contacts\n\n| Who | No |\n|-|-|\n| A line | 01384 000 901 |", kinds.CONTACT),
        ("## Our approach\n\nRing 01384 000 901.", kinds.CONTACT),
        ("## Our approach\n\nhttps://example.org/act", kinds.OUT),
    ],
)
def test_a_piece_is_proposed_by_its_heading_and_words(text, what):
    assert pieces_of(text)[-1].what == what


def test_a_footnote_is_a_source_with_its_number():
    *_others, sentence, note = pieces_of("## One\n\nIt is so.[^9]\n\n[^9]: A study.")
    assert (note.what, note.number, note.words) == (kinds.SOURCE, 1, "A study.")
    assert sentence.footnotes == [1]
    assert sentence.words == "It is so."


def test_what_the_words_give_is_filled_in():
    statistic = pieces_of("## Profile\n\nIt is around 10-15% of them.")[-1]
    assert statistic.figure == "around 10-15%"
    document = pieces_of("## Appendix\n\n- The Act, https://example.org/act.")[-1]
    assert document.url == "https://example.org/act"


def test_headings_give_the_section_and_the_nearest_chapter():
    text = (
        "# The plan\n\n## Work with people who offend\n\n### Police\n\nWords.\n\n"
        "## Appendix\n\nMore."
    )
    found = [(section, chapter) for _piece, section, chapter in sections(pieces_of(text))]
    assert found[3] == ("Work with people who offend / Police", "changing-behaviour")
    assert found[5] == ("Appendix", "sources")


def test_what_the_strategy_in_force_prints_is_recognised():
    rows = [
        Row("principle", "PRN-09", "Nobody has to go it alone.", "Aims", "", {}),
        Row("passage", "TXT-07", "Trees grow here.", "Green spaces", "prevention", {}),
        Row("contact", "CON-01", "A line 01384 000 901", "Lines", "", {"audience": "all"}),
    ]
    text = (
        "## Green space\n\nNobody has to go it alone! Trees grew there.\n\n"
        "## Introduction\n\nTrees grow here.\n\n"
        "| A line | 01384 000901 |\n|-|-|\n| A line | 01384 000 901 |"
    )
    pieces = pieces_of(text, Earlier(rows))
    assert pieces[0].chapter == "prevention"  # Its section is there under nearly the same heading.
    assert (pieces[1].what, pieces[1].like) == (kinds.PRINCIPLE, "PRN-09")
    assert (pieces[2].what, pieces[2].like) == (kinds.PASSAGE, "")
    assert (pieces[4].like, pieces[4].chapter) == ("TXT-07", "prevention")
    assert (pieces[-1].what, pieces[-1].audience) == (kinds.CONTACT, "all")


def test_short_numbers_for_emergencies_may_stand_in_a_passage():
    assert numbers_to_check("Ring 999 or 01384 000 901 between 2014-2019.") == ["01384 000 901"]


# Changing the pieces


def piece(key, text, **named):
    return Piece(key, "paragraph", text, f"paragraph {key}", what=kinds.PASSAGE, **named)


def test_a_piece_is_split_where_an_empty_line_is():
    text = f"One is here.{words.mark(12)} Two (and more), three."
    lines = changing.lines_of(text)
    assert lines == "One is here.[12]\nTwo (and more), three."
    assert changing.parts_of(text, lines) == [text]
    typed = lines.replace("\n", "\r\n\r\n").replace(" three", "\n \n\nthree")
    assert changing.parts_of(text, typed) == [
        f"One is here.{words.mark(12)}",
        "Two (and more),",
        "three.",
    ]


@pytest.mark.parametrize("typed", ["", "One is her.[12]", "One is here.", "One is here.[12] x"])
def test_other_words_are_not_taken(typed):
    assert changing.parts_of(f"One is here.{words.mark(12)}", typed) is None


def test_splitting_and_joining_lose_nothing():
    pieces = [piece(1, "One. Two.", like="TXT-01"), piece(2, "Three.")]
    changing.split(pieces, pieces[0], ["One.", "Two."])
    assert [(each.key, each.text) for each in pieces] == [(1, "One."), (3, "Two."), (2, "Three.")]
    assert pieces[1].what == kinds.PASSAGE
    changing.join(pieces, pieces[2])
    changing.join(pieces, pieces[1])
    assert [each.text for each in pieces] == ["One. Two. Three."]


def test_parts_begin_at_headings_and_have_every_piece_once():
    pieces = pieces_of("\n\n".join(f"## H{n}\n\n" + "Words. " * 11 for n in range(20)))
    parts = parts_of(pieces)
    assert [each for part in parts for each in part.pieces] == pieces
    assert all(part.pieces[0].what == kinds.HEADING for part in parts)
    assert max(len(part.pieces) for part in parts) <= 40
