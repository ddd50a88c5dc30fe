"""Reads a Markdown file: headings, paragraphs, lists, tables and footnotes."""

import re

from markdown_it import MarkdownIt

from helphub.content import pasted_lists
from helphub.splitting import documents, words
from helphub.splitting.documents import Block, Reading

NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:[ \t]*(.*)$")
NOTE_MARK = re.compile(r"\[\^([^\]\s]+)\]")
parser = MarkdownIt("commonmark").enable("table")
LEAVES = {"heading_open": documents.HEADING, "paragraph_open": documents.PARAGRAPH}


def read(text):
    """The blocks of a Markdown text."""
    return Document(words.without_marks(text)).read()


class Document:
    """A Markdown text, walked once."""

    def __init__(self, text):
        self.reading = Reading()
        self.numbers = {}  # Of the footnotes: {name: number}, in the order of the text.
        lines = map(_with_mark, pasted_lists.BREAK.split(text))
        self.notes, self.lines = _without_notes(lines)

    def read(self):
        stack = []
        for token in parser.parse("\n".join(self.lines)):
            if token.type == "inline":
                self._add(token, stack)
            elif token.type in ("fence", "code_block"):
                self._add_plain(token)
            elif token.type == "html_block":
                self.reading.left_out["html"] += 1
            elif token.nesting == 1:
                stack.append(token)
                if token.type == "tr_open":
                    self.cells, self.links = [], []
            elif token.nesting == -1:
                stack.pop()
                if token.type == "tr_close":
                    self._add_row(token, stack)
        for name, number in list(self.numbers.items()):
            self._add_note(name, number)
        for name in [name for name in self.notes if name not in self.numbers]:
            self._add_note(name, self._number(name))
        return self.reading

    def _add(self, token, stack):
        inside = [open_token.type for open_token in stack]
        text, links = self._inline(token)
        if "tr_open" in inside:
            self.cells.append(text)
            self.links += links
            self.row_at = next(each.map for each in reversed(stack) if each.type == "tr_open")
            return
        if not text:
            return
        opened = stack[-1]
        kind = LEAVES.get(opened.type, documents.PARAGRAPH)
        if kind == documents.PARAGRAPH and "list_item_open" in inside:
            kind = documents.ITEM
        level = int(opened.tag[1]) if kind == documents.HEADING else 1
        self.reading.add(Block(kind, text, _place(token.map), level, links=links))

    def _add_row(self, token, stack):
        text = " ".join(filter(None, self.cells))
        if text:
            is_head = any(each.type == "thead_open" for each in stack)
            kind = documents.HEAD if is_head else documents.ROW
            self.reading.add(Block(kind, text, _place(self.row_at), links=self.links))

    def _add_plain(self, token):
        for paragraph in re.split(r"\n\s*\n", token.content):
            if text := words.kept(paragraph):
                self.reading.add(Block(documents.PARAGRAPH, text, _place(token.map)))

    def _add_note(self, name, number):
        if name not in self.notes:
            self.reading.left_out["missing"] += 1
            return
        line, note = self.notes[name]
        (token, *_rest) = [item for item in parser.parse(note) if item.type == "inline"] or [None]
        text, links = self._inline(token) if token else ("", [])
        if text:
            place = f"footnote {number}, line {line}"
            block = Block(documents.NOTE, words.printed(text), place, number=number, links=links)
            self.reading.add(block)

    def _number(self, name):
        """Its own number if it has one. A file that mixes them is numbered in its order."""
        return self.numbers.setdefault(name, len(self.numbers) + 1)

    def _inline(self, token):
        said, links = [], []
        for part in token.children or ():
            if part.type in ("text", "code_inline"):
                said.append(part.content)
            elif part.type in ("softbreak", "hardbreak"):
                said.append(" ")
            elif part.type == "link_open":
                links.append(part.attrGet("href") or "")
            elif part.type == "image":
                self.reading.left_out["picture"] += 1
            elif part.type == "html_inline":
                is_break = re.fullmatch(r"<br\s*/?>", part.content, re.IGNORECASE)
                said.append(" " if is_break else "")
                self.reading.left_out["html"] += not is_break
        text = NOTE_MARK.sub(lambda found: words.mark(self._number(found[1])), "".join(said))
        return words.kept(text), [link for link in links if link]


def _with_mark(line):
    """A line with “- ” in front, where Word pasted another sign for a bullet."""
    found = pasted_lists.SIGN.match(line) or pasted_lists.TAB_AFTER.match(line)
    return f"- {line[found.end() :]}" if found else line


def _without_notes(lines):
    """The footnotes, {name: (line, words)}, and the lines without them.

    Markdown itself has no footnotes and would take some for links.
    """
    notes, kept, name = {}, [], None
    for number, line in enumerate(lines, 1):
        if found := NOTE.match(line):
            name = found[1]
            notes[name] = (number, found[2])
        elif name and line.strip() and line[0].isspace():
            notes[name] = (notes[name][0], f"{notes[name][1]}\n{line.strip()}")
        else:
            name = name if not line.strip() else None
            kept.append(line)
            continue
        kept.append("")
    return notes, kept


def _place(lines):
    return f"line {lines[0] + 1}" if lines else ""
