"""Officers' texts as HTML, from their Markdown and with their tokens replaced."""

from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

from helphub.content import memory
from helphub.content.tokens import replace_tokens, resolve_tokens


def _open_link(self, tokens, index, options, env):
    if not tokens[index].attrGet("href").startswith("/"):
        tokens[index].attrSet("rel", "noreferrer")
    return self.renderToken(tokens, index, options, env)


markdown = MarkdownIt("zero", {"html": False}).enable(
    ["heading", "list", "emphasis", "link", "newline", "escape", "entity"]
)
markdown.add_render_rule("link_open", _open_link)


def prose(text):
    """A whole text as HTML: headings, paragraphs, lists, bold and links. No raw HTML."""
    # markdown-it escapes everything it doesn't generate, and tokens become safe HTML.
    return memory.recall(
        ("prose", text),
        lambda: mark_safe(replace_tokens(markdown.render(text))),  # noqa: S308
    )


def phrase(text):
    """One line of text as HTML, with its bold words, links and tokens."""
    return memory.recall(
        ("phrase", text),
        lambda: mark_safe(replace_tokens(markdown.renderInline(text))),  # noqa: S308
    )


def phrases(text):
    """The lines of a text, each as HTML. All tokens are looked up in one go."""
    resolved = resolve_tokens([text])
    lines = map(markdown.renderInline, text.splitlines())
    return [mark_safe(replace_tokens(line, resolved)) for line in lines]  # noqa: S308
