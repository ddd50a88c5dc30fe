"""The text of a paragraph or cell of a Word file, and what it has besides words."""

import re

from helphub.splitting import words
from helphub.splitting.docx_xml import child, elements, is_on, local, value

WRAPPERS = {
    *("hyperlink", "smartTag", "fldSimple", "sdt", "sdtContent", "customXml", "dir", "bdo", "r"),
    *("ruby", "rubyBase", "tbl", "tr", "tc"),
}
SIGNS = dict.fromkeys(["tab", "ptab", "br", "cr"], " ") | {"noBreakHyphen": "-", "softHyphen": ""}
ADDRESS = re.compile(r'HYPERLINK\s+"([^"]+)"')
PICTURES = {"blip", "imagedata", "svgBlip"}


def is_bold(paragraph):
    """Whether all its words are bold by hand."""
    runs = [run for run in paragraph.iter() if local(run) == "r"]
    spoken = [
        run for run in runs if any(local(item) == "t" and (item.text or "").strip() for item in run)
    ]
    return bool(spoken) and all(is_on(child(child(run, "rPr"), "b")) for run in spoken)


class Text:
    """Collects the words of one element after the other."""

    def __init__(self, addresses, left_out, has_pages):
        self.addresses, self.left_out, self.has_pages = addresses, left_out, has_pages
        self.page = 1
        self.numbers = {}  # Of the notes: {(kind, key): number}, in the order of the text.
        self.begin()

    def begin(self):
        self.boxes, self.links = [], []

    def of(self, element):
        return "".join(self._pieces(element))

    def _pieces(self, element):
        for item in element:
            name = local(item)
            if name == "t":
                yield words.without_marks(item.text or "")
            elif name == "r" and is_on(child(child(item, "rPr"), "vanish")):
                self.left_out["hidden"] += any(
                    local(part) == "t" and (part.text or "").strip() for part in item
                )
            elif name in WRAPPERS:
                self._note_address(item)
                yield from self._pieces(item)
                yield " " if name in ("tc", "tr") else ""
            elif name == "p":
                yield from self._pieces(item)
                yield " "
            elif name in SIGNS:
                if name == "br" and value(item, "type") == "page" and not self.has_pages:
                    self.page += 1
                yield SIGNS[name]
            else:
                yield from self._other(name, item)

    def _other(self, name, item):
        """What is no word of this paragraph."""
        if name == "lastRenderedPageBreak":
            self.page += 1
        elif name in ("footnoteReference", "endnoteReference"):
            key = (name.removesuffix("Reference"), value(item, "id"))
            yield words.mark(self.numbers.setdefault(key, len(self.numbers) + 1))
        elif name == "sym":
            self.left_out["symbol"] += 1
        elif name == "instrText":
            self.links += ADDRESS.findall(item.text or "")
        elif name in ("oMath", "oMathPara"):
            self.left_out["equation"] += 1
        elif name == "AlternateContent":
            # The same thing twice, for newer and for older programs.
            options = [*elements(item, "Choice"), *elements(item, "Fallback")]
            if options:
                yield from self._pieces(options[0])
        elif name in ("drawing", "pict", "object"):
            self._drawn(name, item)

    def _note_address(self, item):
        if local(item) != "hyperlink":
            return
        key = item.get(next((key for key in item.attrib if key.endswith("}id")), ""), "")
        if key in self.addresses:
            self.links.append(self.addresses[key])

    def _drawn(self, name, item):
        inside = list(item.iter())
        boxes = [part for part in inside if local(part) == "txbxContent"]
        # Those within a copy for older programs, and those within another box, are not read twice.
        self.boxes += [box for box in boxes if not self._is_copy(box, item)]
        if name == "object":
            self.left_out["embedded"] += 1
        elif any(local(part) in PICTURES for part in inside):
            self.left_out["picture"] += 1
        elif any(local(part) in ("chart", "relIds") for part in inside):
            self.left_out["diagram"] += 1

    @staticmethod
    def _is_copy(box, top):
        above = box.getparent()
        while above is not None and above is not top:
            if local(above) in ("Fallback", "txbxContent"):
                return True
            above = above.getparent()
        return False
