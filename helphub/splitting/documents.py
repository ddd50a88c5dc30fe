"""A document as a plain list of blocks. What the blocks are to be is for proposing.py."""

from collections import Counter
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

MOST_BLOCKS = 10_000
HEADING, PARAGRAPH, ITEM, NOTE = "heading", "paragraph", "item", "footnote"
ROW, HEAD = "row", "head"  # Of a table: a row, and a row that names its columns.
TITLE = 0  # The level of a document's own title.
# What a document can have that cannot become words of the strategy: one, and several.
NAMES = {
    "picture": ("picture", "pictures"),
    "diagram": ("chart or diagram", "charts or diagrams"),
    "equation": ("equation", "equations"),
    "embedded": ("embedded file", "embedded files"),
    "symbol": ("sign of a symbol font", "signs of a symbol font"),
    "comment": ("comment", "comments"),
    "header": ("header or footer", "headers and footers"),
    "contents": ("line of the table of contents", "lines of the table of contents"),
    "hidden": ("piece of hidden text", "pieces of hidden text"),
    "html": ("piece of HTML", "pieces of HTML"),
    "missing": ("footnote that is not there", "footnotes that are not there"),
}


@dataclass
class Block:
    """A heading, a paragraph, an item of a list, a row of a table or a footnote."""

    kind: str
    text: str
    place: str  # Where it is in the document, for an officer who looks it up.
    level: int = 1  # Of a heading.
    number: int | None = None  # Of a footnote.
    links: list[str] = field(default_factory=list)


@dataclass
class Reading:
    """All of a document: its blocks, and what could not be taken."""

    blocks: list[Block] = field(default_factory=list)
    left_out: Counter = field(default_factory=Counter)

    def add(self, block):
        self.blocks.append(block)
        if len(self.blocks) > MOST_BLOCKS:
            raise ValidationError(
                f"The document has more than {MOST_BLOCKS:,} paragraphs. Split it into several "
                "files at a chapter, and choose them one after the other."
            )


def left_out_in_words(counts):
    """What was left out, as an officer reads it: “3 pictures”."""
    return [
        f"{count:,} {NAMES[name][count != 1]}" for name, count in sorted(counts.items()) if count
    ]
