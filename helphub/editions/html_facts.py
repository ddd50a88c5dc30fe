"""What a finished page says, as a parser sees it. The release checks use these facts.

A page's facts depend only on its bytes, so we store them by SHA-256. A page that is the same in the
previous edition is not read again.
"""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from lxml.etree import HTMLParser

from helphub.content import patterns
from helphub.editions import carried_over

Facts = dict[str, Any]  # As facts_of returns them.
FactsByHash = dict[str, Facts]  # By the SHA-256 of the page.

FILE = "facts.json.gz"
NEVER_SHOWN = {"head", "script", "style", "template", "datalist"}
HIDING_CLASSES = {"unseen", "skip"}  # Read aloud only, or shown only on focus.
IN_A_LINE = {"a", "abbr", "b", "bdi", "bdo", "cite", "em", "i", "mark", "q", "small", "span"}
IN_A_LINE |= {"strong", "sub", "sup", "time", "u", "wbr"}
POSTCODE = re.compile(patterns.POSTCODE)
# Runs of digits, spaced as phone numbers are, and the short codes.
NUMBER = re.compile(
    patterns.run_of_digits(r" \u00a0.()\u2010-\u2015-", most_between=2, fewest=5)
    + "|"
    + patterns.SHORT_CODE
)
SPACE, LINE_BREAK = re.compile(r"[ \t\r\f\v]+"), re.compile(r" ?\n[ \n]*")


class _Reader:
    """Collects what lxml reports about a page, tag by tag and text by text."""

    def __init__(self) -> None:
        # The open tags: name, whether hidden, whether folded, writing direction.
        self.open: list[tuple[str, bool, bool, str | None]] = []
        # How many are open of the tags that matter to the text within them.
        self.within = dict.fromkeys(("head", "title", "summary", "bdo"), 0)
        self.hidden = self.folded = 0
        self.title, self.lang, self.dir = "", "", ""
        self.ids: list[str] = []
        self.links: list[str] = []
        self.lines: list[list[Any]] = []  # Links to ring or text: [href, shown, is_seen].
        self.text: list[str] = []
        self.odd: list[str] = []
        self.line: list[Any] | None = None  # The link that is open.

    def start(self, tag: str, values: Mapping[str, str]) -> None:
        is_hidden = tag in NEVER_SHOWN
        if values:  # Most tags have none.
            self._note(tag, values)
            is_hidden = (
                is_hidden
                or "hidden" in values
                or "style" in values
                or not HIDING_CLASSES.isdisjoint(values.get("class", "").split())
            )
        # The content of a closed <details> can be read, but isn't seen at once.
        is_folded = tag == "details" and "open" not in values
        self.open.append((tag, is_hidden, is_folded, values.get("dir")))
        if tag in self.within:
            self.within[tag] += 1
        self.hidden += is_hidden
        self.folded += is_folded
        if tag == "a":
            self._begin_link(values.get("href", ""))
        if not self.hidden and tag not in IN_A_LINE:
            self.text.append("\n")

    def _note(self, tag: str, values: Mapping[str, str]) -> None:
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "html":
            self.lang, self.dir = values.get("lang", ""), values.get("dir", "")
        if "nonce" in values or values.get("name") == "csrfmiddlewaretoken":
            self.odd.append("a token or nonce that belongs to one reader")
        if tag == "meta" and values.get("http-equiv", "").lower() == "set-cookie":
            self.odd.append("a cookie")

    def _begin_link(self, href: str) -> None:
        if href.startswith(("/", "#")):
            self.links.append(href)
        elif href.startswith(("tel:", "sms:")):
            is_folded = self.folded and not self.within["summary"]
            self.line = [href, "", not self.hidden and not is_folded]

    def end(self, tag: str) -> None:
        # lxml closes whatever a page leaves open, so this is always the last tag opened.
        _, is_hidden, is_folded, _ = self.open.pop()
        if tag == "a" and self.line:
            self.line[1] = self.line[1].strip()
            self.lines.append(self.line)
            self.line = None
        if tag in self.within:
            self.within[tag] -= 1
        self.hidden -= is_hidden
        self.folded -= is_folded
        if not self.hidden and tag not in IN_A_LINE:
            self.text.append("\n")

    def data(self, data: str) -> None:
        if self.within["title"] and self.within["head"]:
            self.title += data
        if self.hidden:
            return
        self.text.append(data.replace("\n", " "))
        if self.line is None:
            return
        # The number is the text in <bdi dir="ltr">, where nothing reverses it.
        if self.within["bdo"]:
            self.line[1] += "\N{RIGHT-TO-LEFT OVERRIDE}"
        within = [direction for tag, _, _, direction in self.open if tag == "bdi"]
        if within and within[-1] == "ltr":
            self.line[1] += data

    def close(self) -> Self:
        return self


def _read(html: str) -> tuple[_Reader, str]:
    """The parsed page and its visible text."""
    parser = HTMLParser(target=_Reader(), encoding="utf-8")
    parser.feed(html.encode())
    reader = parser.close()
    return reader, LINE_BREAK.sub("\n", SPACE.sub(" ", "".join(reader.text)))


def words_of(html: str) -> list[str]:
    """The visible words of a page."""
    return _read(html)[1].split()


def facts_of(html: str) -> Facts:
    """The facts of a page, as plain values."""
    reader, text = _read(html)
    return {
        "title": " ".join(reader.title.split()),
        "lang": reader.lang,
        "dir": reader.dir,
        "ids": reader.ids,
        "links": sorted(set(reader.links)),
        # The lines at the top of the page, in order.
        "first": [[href, shown] for href, shown, is_seen in reader.lines if is_seen][:2],
        "lines": [list(line) for line in sorted({tuple(line) for line in reader.lines})],
        "numbers": sorted({match.group() for match in NUMBER.finditer(text)}),
        "postcodes": sorted({" ".join(parts) for parts in POSTCODE.findall(text)}),
        "odd": reader.odd,
    }


def facts_of_file(path: Path) -> Facts:
    """The facts of a finished page, from the file that is sent."""
    return facts_of(gzip.decompress(path.read_bytes()).decode())


def of_edition(folder: Path) -> FactsByHash:
    """The facts of an edition's pages."""
    return carried_over.aid(folder, FILE)


def write(folder: Path, facts: FactsByHash) -> None:
    carried_over.write_aid(folder, FILE, facts)
