"""What the styles of a Word file say of a paragraph: is it a heading, is it in a list."""

import re
from typing import NamedTuple

from helphub.splitting.docx_xml import child, elements, local, value

HEADING = re.compile(r"heading (\d)")
CONTENTS = re.compile(r"toc (\d|heading)")
DEEPEST = 20  # Styles that are based on each other.


class Style(NamedTuple):
    """What matters of a paragraph's style."""

    level: int | None  # Of a heading.
    is_list: bool
    is_contents: bool


NO_STYLE = Style(None, False, False)


class Styles:
    """The styles by their keys."""

    def __init__(self, *roots):
        self.there = {}
        for root in roots:
            for style in elements(root, "style"):
                self.there[value(style, "styleId")] = style
        self.known = {}

    def of(self, paragraph):
        properties = child(paragraph, "pPr")
        named = child(properties, "pStyle")
        style = self._named(value(named) if named is not None else None)
        if properties is None:
            return style
        level = self._outline(properties)
        in_list = self._list(properties)
        return Style(
            style.level if level is None else level,
            style.is_list if in_list is None else in_list,
            style.is_contents,
        )

    def _named(self, key, depth=0):
        if key in self.known:
            return self.known[key]
        style = self.there.get(key)
        if style is None or depth > DEEPEST:
            return NO_STYLE
        based = child(style, "basedOn")
        base = self._named(value(based), depth + 1) if based is not None else NO_STYLE
        properties = child(style, "pPr")
        name = (
            (value(child(style, "name")) or "").lower() if child(style, "name") is not None else ""
        )
        level = self._level(name, properties)
        in_list = self._list(properties)
        found = Style(
            base.level if level is None else level,
            name.startswith("list ") or (base.is_list if in_list is None else in_list),
            base.is_contents or bool(CONTENTS.match(name)),
        )
        self.known[key] = found
        return found

    def _level(self, name, properties):
        if name == "title":
            return 0
        if heading := HEADING.match(name):
            return int(heading[1])
        return self._outline(properties)

    @staticmethod
    def _outline(properties):
        """The level that a paragraph has in the outline: 9 is for text."""
        outline = child(properties, "outlineLvl")
        number = value(outline) if outline is not None else None
        return int(number) + 1 if number and number.isdigit() and int(number) < 9 else None

    @staticmethod
    def _list(properties):
        numbering = child(properties, "numPr")
        if numbering is None:
            return None
        key = next((value(item) for item in numbering if local(item) == "numId"), None)
        return key != "0"
