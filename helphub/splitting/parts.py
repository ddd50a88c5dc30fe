"""The pieces of a document in parts, each a page to look at."""

from typing import NamedTuple

from helphub.splitting import kinds

MOST, ENOUGH = 40, 25  # Pieces of a part. With enough, the next heading begins another.


class Part(NamedTuple):
    """Some pieces that follow each other."""

    number: int
    pieces: list

    @property
    def key(self):
        return self.pieces[0].key

    @property
    def headings(self):
        return [piece.words for piece in self.pieces if piece.what == kinds.HEADING]

    @property
    def is_confirmed(self):
        return all(piece.is_confirmed for piece in self.pieces)

    def has(self, key):
        return any(piece.key == key for piece in self.pieces)


def parts_of(pieces):
    parts, found = [], []
    for piece in pieces:
        is_heading = piece.what == kinds.HEADING
        if len(found) >= MOST or (len(found) >= ENOUGH and is_heading):
            parts.append(found)
            found = []
        found.append(piece)
    if found:
        parts.append(found)
    return [Part(number, part) for number, part in enumerate(parts, 1)]
