"""What an officer does to the pieces: says what they are, splits them, joins them."""

import re

from helphub.splitting import kinds, proposing, words

EMPTY_LINE = re.compile(r"\n[^\S\n]*\n\s*")
TOKEN = re.compile(rf"{words.MARK.pattern}|.", re.DOTALL)


def lines_of(text):
    """The words of a piece, a sentence to a line, to be split with an empty line."""
    return "\n".join(map(words.with_numbers, words.sentences(text)))


def parts_of(text, typed):
    """The parts into which an officer splits a text, or None if other words came back."""
    parts = [part for part in EMPTY_LINE.split(typed.replace("\r\n", "\n")) if part.strip()]
    if _solid("".join(parts)) != _solid(words.with_numbers(text)):
        return None
    found, tokens = [], [match.group() for match in TOKEN.finditer(text)]
    for part in parts[:-1]:
        left, taken = len(_solid(part)), []
        while left > 0:
            token = tokens.pop(0)
            left -= len(_solid(words.with_numbers(token)))
            taken.append(token)
        found.append("".join(taken).strip())
    rest = "".join(tokens).strip()
    return [*found, rest] if rest else found


def _solid(text):
    return "".join(text.split())


def split(pieces, piece, parts):
    """Put the parts in the place of a piece. Each is what the piece was."""
    place = pieces.index(piece)
    key = max(each.key for each in pieces)
    piece.text = parts[0]
    new = []
    for text in parts[1:]:
        key += 1
        values = piece.stored() | {"key": key, "text": text, "like": "", "figure": ""}
        new.append(type(piece)(**values))
    pieces[place + 1 : place + 1] = new


def join(pieces, piece):
    """Put a piece behind the one before it, which stays what it is."""
    place = pieces.index(piece)
    before = pieces[place - 1]
    before.text = f"{before.text} {piece.text}"
    before.links = [*before.links, *piece.links]
    before.like = ""
    del pieces[place]


def make_all(pieces, what):
    """Say of all these pieces what they are to be. Headings stay headings."""
    for piece in pieces:
        if piece.what != kinds.HEADING:
            piece.what = what
            proposing.fill_in(piece)


def below(pieces, heading):
    """The pieces under a heading and the headings within it, without the heading itself."""
    for piece in pieces[pieces.index(heading) + 1 :]:
        if piece.what == kinds.HEADING and piece.level <= heading.level:
            return
        yield piece
