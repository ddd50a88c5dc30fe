"""What a finished page says, as a parser sees it: what the gate's rules look at.

The facts of a page depend on its bytes alone, so they are kept by the bytes' SHA-256, and a page
that is the same as in the edition before is not read again.
"""

import gzip
import re
from html.parser import HTMLParser

from helphub.edition import store

FILE = "facts.json.gz"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
NEVER_SHOWN = {"head", "script", "style", "template", "datalist"}
HIDING_CLASSES = {"unseen", "skip"}  # Read aloud, or shown on focus only.
IN_A_LINE = {"a", "abbr", "b", "bdi", "bdo", "cite", "em", "i", "mark", "q", "small", "span"}
IN_A_LINE |= {"strong", "sub", "sup", "time", "u", "wbr"}
POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[ABD-HJLNP-UW-Z]{2})\b")
# Digits in a row, spaced as numbers are; and the short codes.
NUMBER = re.compile(
    r"\+?\d(?:[ \u00a0.()\u2010-\u2015-]{0,2}\d){4,}"
    r"|(?<![\d.,/-])(?:999|101|111|112|119|911|988)(?![\d.,/%-]*\d)"
)
SPACE = re.compile(r"[ \t\r\f\v]*\n[ \t\r\f\v\n]*|[ \t\r\f\v]+")


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.title, self.lang, self.dir = "", "", ""
        self.ids, self.links, self.lines, self.text, self.odd = [], [], [], [], []
        self.line = None
        self.hidden = 0

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "html":
            self.lang, self.dir = values.get("lang", ""), values.get("dir", "")
        if "nonce" in values or values.get("name") == "csrfmiddlewaretoken":
            self.odd.append("a token or nonce that belongs to one reader")
        if tag == "meta" and (values.get("http-equiv") or "").lower() == "set-cookie":
            self.odd.append("a cookie")
        if tag in VOID:
            if tag == "br" and not self.hidden:
                self.text.append("\n")
            return
        classes = set((values.get("class") or "").split())
        is_hidden = (
            tag in NEVER_SHOWN
            or "hidden" in values
            or "style" in values
            or bool(classes & HIDING_CLASSES)
        )
        # What a closed part holds is there to be read, but nobody sees it at once.
        is_folded = tag == "details" and "open" not in values
        self.open.append((tag, is_hidden, is_folded, values.get("dir")))
        self.hidden += is_hidden
        href = values.get("href") or ""
        if tag == "a" and href.startswith(("/", "#")):
            self.links.append(href)
        if tag == "a" and href.startswith(("tel:", "sms:")):
            self.line = {
                "href": href,
                "shown": "",
                "is_seen": not self._is_unseen(),
                "at": len(self.open),
            }
        if not self.hidden and tag not in IN_A_LINE:
            self.text.append("\n")

    def _is_unseen(self):
        names = [tag for tag, *_ in self.open]
        folded = any(is_folded for _, _, is_folded, _ in self.open) and "summary" not in names
        return bool(self.hidden) or folded

    def handle_endtag(self, tag):
        if tag not in [one[0] for one in self.open]:
            return
        while self.open:
            if self.line and self.line["at"] == len(self.open):
                self.lines.append(
                    [self.line["href"], self.line["shown"].strip(), self.line["is_seen"]]
                )
                self.line = None
            name, is_hidden, *_ = self.open.pop()
            self.hidden -= is_hidden
            if not self.hidden and name not in IN_A_LINE:
                self.text.append("\n")
            if name == tag:
                break

    def handle_data(self, data):
        names = [tag for tag, *_ in self.open]
        if "title" in names and "head" in names:
            self.title += data
        if self.hidden:
            return
        self.text.append(data.replace("\n", " "))
        if self.line is None:
            return
        # A number is what stands in <bdi dir="ltr">, and nothing turns it round.
        if "bdo" in names:
            self.line["shown"] += "\N{RIGHT-TO-LEFT OVERRIDE}"
        within = [(tag, direction) for tag, _, _, direction in self.open if tag == "bdi"]
        if within and within[-1][1] == "ltr":
            self.line["shown"] += data


def _read(html):
    """A page that was read, and its visible text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = SPACE.sub(lambda found: "\n" if "\n" in found.group() else " ", "".join(reader.text))
    return reader, text


def words_of(html):
    """The visible words of a page."""
    return _read(html)[1].split()


def facts_of(html):
    """The facts of a page, as plain values."""
    reader, text = _read(html)
    return {
        "title": " ".join(reader.title.split()),
        "lang": reader.lang,
        "dir": reader.dir,
        "ids": reader.ids,
        "links": sorted(set(reader.links)),
        # What stands at the head of the page, in its order.
        "first": [[href, shown] for href, shown, is_seen in reader.lines if is_seen][:2],
        "lines": [list(one) for one in sorted({tuple(one) for one in reader.lines})],
        "numbers": sorted({one.group() for one in NUMBER.finditer(text)}),
        "postcodes": sorted({" ".join(one) for one in POSTCODE.findall(text)}),
        "odd": reader.odd,
    }


def facts_of_file(path):
    """The facts of a finished page, from the file that is sent."""
    return facts_of(gzip.decompress(path.read_bytes()).decode())


def of_edition(folder):
    """The facts of an edition's pages, by SHA-256."""
    return store.aid(folder, FILE)


def write(folder, found):
    store.write_aid(folder, FILE, found)
