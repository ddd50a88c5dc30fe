"""Officers' texts as HTML, from their Markdown and with their tokens replaced."""

from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from helphub.content import memory
from helphub.content.tokens import replace_tokens, resolve_tokens


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
    """A whole text as HTML: headings, paragraphs, lists, bold and links. No raw HTML."""
    # markdown-it escapes everything it doesn't generate, and tokens become safe HTML.
    return memory.recall(
        ("prose", text),
        lambda: mark_safe(replace_tokens(markdown.render(text))),  # noqa: S308
    )


def folded_prose(text: str) -> SafeString:
    """The same, with each part after the first folded under its heading."""
    opening, *parts = prose(text).split("<h2>")
    first = "".join(f"<h2>{part}" for part in parts[:1])
    return mark_safe(opening + first + "".join(map(_fold, parts[1:])))  # noqa: S308


def _fold(part: str) -> str:
    heading, _, rest = part.partition("</h2>")
    return f"<details><summary><h2>{heading}</h2></summary>{rest}</details>"


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
