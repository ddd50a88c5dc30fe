"""The words of a document as they are kept, and where their sentences end.

One rule, which the page states: letters, quotation marks and dashes stay as printed. Every space,
tab and line break becomes one space, joined letters (ﬁ) become single ones, special hyphens become
the usual one, and invisible characters go. A reader could not find or copy the words otherwise.

A footnote's mark stays in the text as a number between two characters that no document needs, so
that it is still in its place when a text is split.
"""

import re

from helphub.content.validators import JOINERS, UNSAFE_CHARACTERS

BEGIN, END = "\ue000", "\ue001"
MARK = re.compile(f"{BEGIN}(\\d+){END}")
LIKE_A_MARK = re.compile(f"[{BEGIN}{END}]")
SINGLE = str.maketrans(
    {
        **dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ["ff", "fi", "fl", "ffi", "ffl", "st", "st"], strict=True)),
        "\u2010": "-",
        "\u2011": "-",
    }
)
# A sentence ends here, unless what stands before is short for something.
STOP = re.compile(rf"[.!?…][’”\"'»)\]]*(?:{BEGIN}\d+{END})*\s+(?=[‘“\"'«(\[]?[A-Z0-9])")
SHORT = re.compile(
    r"(?:^|[\s(‘“\"'])(?:[A-Z]|Dr|Mrs?|Ms|Prof|Rev|Hon|Rt|St|Cllr|Supt|Insp|Sgt|No|Nos|para|paras|pp?"
    r"|cf|vs|vol|approx|e\.g|i\.e|eg|ie|al|Fig|Ref)\.$"
)


def mark(number: int) -> str:
    """What stands in a text for the mark of a footnote."""
    return f"{BEGIN}{number}{END}"


def without_marks(text: str) -> str:
    """A text that has none of our own characters in it."""
    return LIKE_A_MARK.sub("", text)


def kept(text: str) -> str:
    """The words of a document, as they are kept."""
    text = UNSAFE_CHARACTERS.sub(lambda found: " " if found[0].isspace() else "", text)
    text = " ".join(JOINERS.sub("", text).translate(SINGLE).split())
    # A mark belongs to the word before it.
    return re.sub(rf" +(?={BEGIN})", "", text)


def printed(text: str) -> str:
    """The words alone, without the marks of footnotes."""
    return " ".join(MARK.sub("", text).split())


def footnotes(text: str) -> list[int]:
    """The numbers of the footnotes that are marked in a text."""
    return [int(number) for number in MARK.findall(text)]


def with_numbers(text: str) -> str:
    """The words, with the numbers of footnotes as an officer can read and write them."""
    return MARK.sub(r"[\1]", text)


def sentences(text: str) -> list[str]:
    """A paragraph's sentences. Nothing is lost: joined with spaces they are the paragraph."""
    found, begin = [], 0
    for stop in STOP.finditer(text):
        so_far = text[begin : stop.end()]
        before = MARK.sub("", so_far).rstrip().rstrip("’”\"'»)]")
        is_inside = so_far.count("(") > so_far.count(")")
        if is_inside or SHORT.search(before):
            continue
        found.append(so_far.strip())
        begin = stop.end()
    return [*found, text[begin:].strip()] if text[begin:].strip() else found
