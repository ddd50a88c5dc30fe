"""Proposes what each piece of a document is to be. An officer has the last word on every one."""

import re
from dataclasses import asdict, dataclass, field

from helphub.content.patterns import SHORT_CODES
from helphub.content.validators import BARE_NUMBER
from helphub.editions.shown_numbers import digits_of, is_dialled
from helphub.splitting import documents, kinds, words

# Which chapter a heading is most probably of. The first that fits counts, and its chapter must be
# there: chapters keep their short names from one strategy to the next.
CHAPTERS = [
    ("sources", r"appendi|reference|footnote|bibliograph|further reading|useful links|contacts?\b"),
    ("principles", r"principle|our values"),
    ("priorities", r"priorit|what we will do|our aims|objectives"),
    ("standards", r"standard"),
    ("governance", r"governance|accountab|implement|oversight|monitoring|delivery"),
    ("changing-behaviour", r"perpetrat|behaviour|offend"),
    ("prevention", r"prevent|early intervention|response|victim|survivor|support|recover"),
    ("evidence", r"profile|picture|figures|statistic|prevalence|impact|evidence|how common|needs"),
    ("definition", r"defin|scope|what it covers|what is\b|forms of|types of"),
    ("overview", r"introduc|foreword|welcome|summary|background|about this|vision"),
]
# What a list is of, by its heading or by the line above it.
LISTS = [
    (kinds.PRINCIPLE, r"principle"),
    (kinds.PRIORITY, r"priorit"),
    (kinds.FORM, r"\bforms of|in the context of|types of (?:abuse|assault|violence)"),
    (kinds.STANDARD, r"\bstandards\b"),
    (kinds.BODY, r"governance|strategic groups|partnerships? include|boards?\b|accountab"),
    (kinds.DOCUMENT, r"appendi|guidance|legislation|further reading|useful links|bibliograph"),
]
FIGURE = re.compile(
    r"(?:(?:over|around|about|nearly|almost|only|under|at least|more than|up to) )*"
    r"(?:\d[\d.,]*(?: ?[-–] ?\d[\d.,]*)? ?(?:%|per ?cent\b)"
    r"|\b(?:\d+|one) in (?:\d+|two|three|four|five|six|seven|eight|nine|ten|twenty)\b"
    r"|\d[\d,]*(?: ?[-–] ?\d[\d,]*)? (?=(?:\w+ ){0,3}(?:per|a|each|every) year\b))",
    re.IGNORECASE,
)
DIGIT = re.compile(r"\d")
FIGURES = re.compile(r"profile|picture|figures|statistic|prevalence|how common|data|numbers")
ADDRESS = re.compile(r"https?://\S+|www\.\S+")
ONLY_ADDRESS = re.compile(rf"(?:{ADDRESS.pattern})")
LAST_OF_ADDRESS = ".,;:)”’"
LONGEST_SECTION, LONGEST_LINK = 120, 300
OWN_HEADING = {documents.NOTE: "Footnotes"}


@dataclass
class Piece:
    """Words of a document, and what they are to be."""

    key: int
    block: str  # What they are in the document: a heading, a paragraph, an item, a row, a footnote.
    text: str  # With the marks of footnotes.
    place: str
    level: int = 1  # Of a heading.
    what: str = kinds.OUT
    chapter: str = ""  # Of a heading: of all below it. Of a passage: if it is another one.
    number: int | None = None
    figure: str = ""
    population: str = ""
    url: str = ""
    audience: str = ""
    like: str = ""  # The reference of the row of the strategy in force that has these words.
    links: list = field(default_factory=list)
    is_confirmed: bool = False  # An officer has looked at it.

    stored = asdict

    @property
    def words(self):
        return words.printed(self.text)

    @property
    def footnotes(self):
        return words.footnotes(self.text)


def numbers_in(text):
    """The phone numbers in a text, as the checks of an edition find them."""
    if not DIGIT.search(text):  # Most sentences have none, and the pattern is slow.
        return []
    found = [match.group().strip() for match in BARE_NUMBER.finditer(text)]
    return [shown for shown in found if is_dialled(shown)]


def numbers_to_check(text):
    """The same without 999, 101 and other short ones, which stay what they are."""
    return [shown for shown in numbers_in(text) if digits_of(shown) not in SHORT_CODES]


def propose(blocks, earlier, chapters):
    """The pieces of a document. `chapters` are the short names of those that can be chosen."""
    proposer = Proposer(earlier, chapters, _has_title(blocks))
    for block in blocks:
        proposer.take(block)
    return proposer.pieces


def _has_title(blocks):
    """Whether the document begins with its own name: the only heading of the highest level."""
    headings = [block for block in blocks if block.kind == documents.HEADING]
    if not headings or headings[0] is not blocks[0] or len(headings) < 2:
        return False
    return all(block.level > headings[0].level for block in headings[1:])


class Proposer:
    """Goes through a document once, from its beginning to its end."""

    def __init__(self, earlier, chapters, has_title):
        self.earlier, self.chapters, self.has_title = earlier, list(chapters), has_title
        self.pieces = []
        self.headings = []  # Those that are open: (level, words, chapter).
        self.lead = ""  # The last line that ends in a colon: it says what a list is of.

    def take(self, block):
        if block.kind == documents.HEADING:
            self._take_heading(block)
        elif block.kind == documents.PARAGRAPH and not self._is_link(block):
            for sentence in words.sentences(block.text):
                self._take(block, sentence)
        else:
            self._take(block, block.text)

    def _take_heading(self, block):
        is_title = block.level == documents.TITLE or (self.has_title and not self.pieces)
        self.lead = ""
        piece = self._piece(block, block.text)
        if is_title:
            return
        while self.headings and self.headings[-1][0] >= block.level:
            self.headings.pop()
        above = self.headings[-1][2] if self.headings else ""
        piece.what = kinds.HEADING
        piece.chapter = self._chapter(piece.words) or above or next(iter(self.chapters), "")
        self.headings.append((block.level, piece.words, piece.chapter))

    def _piece(self, block, text):
        piece = Piece(
            len(self.pieces) + 1,
            block.kind,
            text,
            block.place,
            level=block.level,
            number=block.number,
            links=block.links,
        )
        self.pieces.append(piece)
        return piece

    def _chapter(self, heading):
        found = self.earlier.chapter_of(heading)
        if found in self.chapters:
            return found
        for chapter, pattern in CHAPTERS:
            if chapter in self.chapters and re.search(pattern, heading.lower()):
                return chapter
        return ""

    def _take(self, block, text):
        piece = self._piece(block, text)
        said = piece.words
        known = self.earlier.like(said)
        if known and not (block.kind == documents.NOTE and known.what != kinds.SOURCE):
            piece.what, piece.like = known.what, known.reference
            for name, value in known.fields.items():
                setattr(piece, name, value)
            self._choose_chapter(piece, known.chapter)
        else:
            piece.what = self._what(block, said)
        fill_in(piece)
        if block.kind == documents.PARAGRAPH:
            self.lead = said if said.endswith(":") else ""
            self._lead_to_another_chapter(piece)

    def _choose_chapter(self, piece, chapter):
        here = self.headings[-1][2] if self.headings else ""
        if chapter in self.chapters and chapter != here:
            piece.chapter = chapter

    def _lead_to_another_chapter(self, piece):
        """A line above the principles belongs to their chapter, whatever the heading says."""
        if self.lead and piece.what == kinds.PASSAGE and not piece.chapter:
            what = self._list_of(self.lead.lower())
            if what in (kinds.PRINCIPLE, kinds.PRIORITY):
                self._choose_chapter(piece, kinds.ROWS[what].model.chapter_slug)

    # What it is to be.

    def _what(self, block, said):
        if block.kind == documents.NOTE:
            return kinds.SOURCE
        if block.kind == documents.HEAD or ONLY_ADDRESS.fullmatch(said):
            return kinds.OUT
        if numbers_to_check(said) or (block.kind == documents.ROW and numbers_in(said)):
            return kinds.CONTACT
        if block.kind == documents.PARAGRAPH:
            return self._of_paragraph(block, said)
        return self._of_list() or kinds.PASSAGE

    def _of_paragraph(self, block, said):
        under = " ".join(heading for _level, heading, _chapter in self.headings).lower()
        is_figures = FIGURES.search(under) or (self.headings and self.headings[-1][2] == "evidence")
        if FIGURE.search(said) and is_figures:
            return kinds.STATISTIC
        return kinds.DOCUMENT if self._is_link(block) else kinds.PASSAGE

    def _is_link(self, block):
        """Whether a paragraph names a document, in a list of those: then it is not split."""
        is_short = block.links and len(block.text) <= LONGEST_LINK
        return bool(is_short) and self._of_list() == kinds.DOCUMENT

    def _of_list(self):
        """What the items of a list are, by the line above them or by the nearest heading."""
        above = [self.lead, *(heading for _level, heading, _chapter in reversed(self.headings))]
        for said in above:
            if what := self._list_of(said.lower()):
                return what
        return None

    @staticmethod
    def _list_of(said):
        if not said:
            return None
        # What comes first says most: “principles underpin these priorities”.
        found = [
            (match.start(), what) for what, pattern in LISTS if (match := re.search(pattern, said))
        ]
        return min(found)[1] if found else None


def fill_in(piece):
    """What can be told from the words themselves."""
    if piece.what == kinds.STATISTIC and not piece.figure:
        found = FIGURE.search(piece.words)
        piece.figure = found.group().strip()[:60] if found else ""
    if piece.what == kinds.DOCUMENT and not piece.url:
        found = ADDRESS.search(piece.words)
        written = [found.group().rstrip(LAST_OF_ADDRESS)] if found else []
        piece.url = next(iter([*piece.links, *written]), "")


def sections(pieces):
    """Each piece with the words and the chapter of the headings above it."""
    headings = []
    for piece in pieces:
        if piece.what == kinds.HEADING:
            headings = [above for above in headings if above.level < piece.level]
            headings.append(piece)
        yield piece, section_of(piece, headings), headings[-1].chapter if headings else ""


def section_of(piece, headings):
    """The section as the strategy's pages show it: its headings, the highest first."""
    if piece.block in OWN_HEADING:
        return OWN_HEADING[piece.block]
    names = [heading.words for heading in headings]
    while len(names) > 1 and len(" / ".join(names)) > LONGEST_SECTION:
        names = names[1:]
    return " / ".join(names)
