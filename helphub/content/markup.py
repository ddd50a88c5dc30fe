"""Officers' texts as HTML, from their Markdown and with their tokens replaced."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from helphub.content import memory
from helphub.content.tokens import replace_tokens, resolve_buttons, resolve_tokens

# A text with at least this many parts has contents.
PARTS = 4


def _open_link(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    if not str(tokens[index].attrGet("href")).startswith("/"):
        tokens[index].attrSet("rel", "noreferrer")
    return self.renderToken(tokens, index, options, env)


markdown = MarkdownIt("zero", {"html": False}).enable(
    ["heading", "list", "emphasis", "link", "newline", "escape", "entity"]
)
markdown.add_render_rule("link_open", _open_link)


def prose(text: str) -> SafeString:
    """A whole text as HTML: headings, paragraphs, lists, bold and links. No raw HTML.

    Text under a third-level heading is folded. Numbers alone in a paragraph become buttons.
    """
    return memory.recall(("prose", text), lambda: _prose(markdown.parse(text)))


class Part(NamedTuple):
    """A part of a text, for its contents. Its anchor says nothing in a phone's history."""

    anchor: str
    heading: str


class TextInParts(NamedTuple):
    html: SafeString
    contents: list[Part]


def contents(headings: Iterable[str]) -> list[Part]:
    """The contents of a page whose parts have these headings, in this order."""
    return [Part(f"p{number}", heading) for number, heading in enumerate(headings, 1)]


def in_parts(text: str) -> TextInParts:
    """A long text as HTML, and its contents, which are empty if it has only a few parts."""
    return memory.recall(("in parts", text), lambda: _in_parts(text))


def _in_parts(text: str) -> TextInParts:
    blocks = markdown.parse(text)
    parts = [block for block in blocks if block.type == "heading_open" and block.tag == "h2"]
    if len(parts) < PARTS:
        return TextInParts(_prose(blocks), [])
    listed = contents(phrase(blocks[blocks.index(part) + 1].content) for part in parts)
    for part, entry in zip(parts, listed, strict=True):
        part.attrSet("id", entry.anchor)
    return TextInParts(_prose(blocks), listed)


def _prose(blocks: Sequence[Token]) -> SafeString:
    folded = list(_folded(list(_with_buttons(blocks))))
    rendered = markdown.renderer.render(folded, markdown.options, {})
    # markdown-it escapes everything it doesn't generate, and tokens become safe HTML.
    return mark_safe(replace_tokens(rendered))  # noqa: S308


def _html(content: str) -> Token:
    return Token("html_block", "", 0, content=content)


def _folded(blocks: Sequence[Token]) -> Iterator[Token]:
    """Put each third-level heading, and what follows up to the next heading, into a fold."""
    is_open = False
    for block in blocks:
        is_heading = block.level == 0 and block.type == "heading_open"
        if is_heading and is_open:
            yield _html("</details>\n")
            is_open = False
        if is_heading and block.tag == "h3":
            yield _html("<details><summary>")
            is_open = True
        yield block
        if block.level == 0 and block.type == "heading_close" and block.tag == "h3":
            yield _html("</summary>\n")
    if is_open:
        yield _html("</details>\n")


def _with_buttons(blocks: Sequence[Token]) -> Iterator[Token]:
    """Replace each paragraph of nothing but numbers by buttons, but no bullet."""
    buttons = resolve_buttons(block.content for block in blocks if block.type == "inline")
    rest = iter(blocks)
    for block in rest:
        if block.type != "paragraph_open" or block.hidden:
            yield block
            continue
        words, close = next(rest), next(rest)
        if html := buttons.get(words.content):
            yield _html(f"{html}\n")
        else:
            yield from (block, words, close)


def phrase(text: str) -> SafeString:
    """One line of text as HTML, with its bold words, links and tokens."""
    return memory.recall(
        ("phrase", text),
        lambda: mark_safe(replace_tokens(markdown.renderInline(text))),  # noqa: S308
    )


def phrases(text: str) -> list[SafeString]:
    """The lines of a text, each as HTML. All tokens are looked up in one go."""
    resolved = resolve_tokens([text])
    lines = map(markdown.renderInline, text.splitlines())
    return [mark_safe(replace_tokens(line, resolved)) for line in lines]  # noqa: S308
