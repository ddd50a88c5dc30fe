"""The ground: officers' texts, with tokens in place of numbers and links.

A text never types a telephone number. It names a line, ``{h-spoc}``, and the line's own row gives
the digits wherever the text is shown. In the same way ``{guide:consent}`` becomes a link to that
guide under its present name. The floors above register what their tokens become.
"""

import re
import unicodedata
from functools import partial

from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

from helphub import memory

TOKEN = re.compile(r"\{(?P<kind>[a-z]+)(?P<mark>[:-])(?P<slug>[a-z0-9][a-z0-9-]*)\}")
ANY_BRACES = re.compile(r"\{[^{}]*\}|[{}]")

# Digits that look like something to ring: five or more in one run, spaced or not, or a short code.
# Years, ages, "24/7" and "7.7 million" are none of these. Stars and the like are Markdown's:
# readers see the digits without them.
BARE_NUMBER = re.compile(
    r"\+?\d(?:[ \u00a0().\u2010-\u2015/*_\\·-]{0,3}\d){4,}"
    r"|(?<![\d.,/-])(?:999|101|111|112|119|911|988)(?![\d.,/%-]*\d)"
)
# Invisible characters that can turn digits round or hide them.
UNSAFE_CHARACTERS = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b"
    "\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# What joins letters in Urdu and Panjabi, and parts them; beside a digit it only hides one.
JOINERS = re.compile("[\u200c\u200d]")
JOINED_DIGITS = re.compile(rf"\d{JOINERS.pattern}|{JOINERS.pattern}\d")
MARKUP = re.compile(r"<[A-Za-z/!?][^>]{0,30}>?")
# Where a link in a text may lead: elsewhere under https, or to a page of ours.
LINK_TARGET = re.compile(r"\]\(\s*<?([^)\s>]*)")
SAFE_TARGET = re.compile(r"https://[^/\\]|/(?![/\\])|#")
LONGEST = 20_000

_resolvers = {}
_names = {}


def register(kind, resolve, names=None):
    """Let ``resolve(slugs)`` answer for the tokens of one kind.

    It returns a dictionary of safe HTML by slug; a slug it leaves out does not exist, or is not
    published. ``names(slugs)`` gives the plain names of those that are held back, so that the
    sentence around a token stays whole.
    """
    _resolvers[kind] = resolve
    _names[kind] = names or (lambda slugs: {})


def _key(match):
    # "h-spoc" is the line's own name; in "guide:consent" only the part behind the colon is.
    kind, mark, slug = match["kind"], match["mark"], match["slug"]
    return kind, f"{kind}-{slug}" if mark == "-" else slug


def tokens_of(text):
    """The tokens of a text, as (kind, slug)."""
    return {_key(match) for match in TOKEN.finditer(text)}


def written(token):
    """A token as an officer writes it."""
    kind, slug = token
    return f"{{{slug}}}" if slug.startswith(f"{kind}-") else f"{{{kind}:{slug}}}"


def _resolve(tokens):
    wanted = {}
    for kind, slug in tokens:
        wanted.setdefault(kind, set()).add(slug)
    return {
        (kind, slug): html
        for kind, slugs in wanted.items()
        if kind in _resolvers
        for slug, html in memory.recall(
            ("tokens", kind, *sorted(slugs)), partial(_resolvers[kind], slugs)
        ).items()
    }


def resolve_tokens(texts):
    """What the tokens of these texts become: safe HTML by (kind, slug)."""
    return _resolve({token for text in texts for token in tokens_of(text)})


def dead_tokens(tokens):
    """Those that name nothing: no link that readers can follow, and no name held back."""
    dead = set(tokens) - set(_resolve(tokens))
    return {(kind, slug) for kind, slug in dead if kind not in _names or not _names[kind]({slug})}


def unknown_tokens(text):
    """The tokens of a text, and stray braces, that name nothing a reader could see."""
    known = resolve_tokens([text])
    return [
        found
        for found in ANY_BRACES.findall(text)
        if not (match := TOKEN.fullmatch(found)) or _key(match) not in known
    ]


def _replace_tokens(html):
    known = resolve_tokens([html])

    def replace(match):
        kind, slug = _key(match)
        if (kind, slug) in known:
            return known[kind, slug]
        return escape(_names[kind]({slug}).get(slug, "")) if kind in _names else ""

    return TOKEN.sub(replace, html)


def _open_link(self, tokens, index, options, env):
    if not tokens[index].attrGet("href").startswith("/"):
        tokens[index].attrSet("rel", "noreferrer")
    return self.renderToken(tokens, index, options, env)


_markdown = MarkdownIt("zero", {"html": False}).enable(
    ["heading", "list", "emphasis", "link", "newline", "escape", "entity"]
)
_markdown.add_render_rule("link_open", _open_link)


def prose(text):
    """A whole text as HTML: headings, paragraphs, lists, bold and links. No raw HTML."""
    # Markdown-it escapes everything it does not itself make; the tokens become safe HTML.
    return memory.recall(
        ("prose", text),
        lambda: mark_safe(_replace_tokens(_markdown.render(text))),  # noqa: S308
    )


def phrase(text):
    """One line of text as HTML, with its bold words, links and tokens."""
    return memory.recall(
        ("phrase", text),
        lambda: mark_safe(_replace_tokens(_markdown.renderInline(text))),  # noqa: S308
    )


def _targets(text):
    """Where the links of a text lead: those that are made, and those that look as if they were."""
    for block in _markdown.parse(text):
        for token in block.children or []:
            if token.type == "link_open":
                yield token.attrGet("href")
    yield from (found[1] for found in LINK_TARGET.finditer(text))


def validate_characters(text):
    """Refuse invisible characters: they hide digits, turn them round, or break up a word."""
    if found := UNSAFE_CHARACTERS.search(text) or JOINED_DIGITS.search(text):
        raise ValidationError(
            _("Take out the invisible character behind “%(before)s”: it can hide or turn words."),
            code="unsafe_character",
            params={"before": text[max(0, found.start() - 20) : found.end() - 1]},
        )


def validate_markup(text):
    """Refuse a text with HTML in it, a link that leads nowhere safe, or far too many words."""
    if len(text) > LONGEST:
        raise ValidationError(
            _(
                "This is %(length)s characters long; a text may have %(longest)s. Make several "
                "pages of it."
            ),
            code="too_long",
            params={"length": f"{len(text):,}", "longest": f"{LONGEST:,}"},
        )
    if found := MARKUP.search(text):
        raise ValidationError(
            _(
                "Take out “%(markup)s”: readers would see it as it stands here. A heading begins "
                "with ##, and **two stars** make words bold."
            ),
            code="markup",
            params={"markup": found.group()},
        )
    for target in _targets(text):
        if not SAFE_TARGET.match(target):
            raise ValidationError(
                _(
                    "A link cannot lead to “%(target)s”. Begin it with https://, or write a page "
                    "of ours as {guide:consent}."
                ),
                code="link_target",
                params={"target": target[:60]},
            )


# For what is no text with tokens: a name, a date, a street.
PLAIN = [validate_characters, validate_markup]


def validate_text(text):
    """Refuse a text that types a number, names an unknown token or hides characters."""
    validate_characters(text)
    validate_markup(text)
    if found := BARE_NUMBER.search(TOKEN.sub("", unicodedata.normalize("NFKC", text))):
        raise ValidationError(
            _(
                "Do not type the number “%(number)s”. Name its line instead, for example "
                "{h-spoc}: then it is right everywhere when it changes."
            ),
            code="bare_number",
            params={"number": found.group()},
        )
    if unknown := unknown_tokens(text):
        raise ValidationError(
            _(
                "“%(token)s” is not a published line or page. Write for example {h-spoc}, "
                "{guide:consent} or {topic:pictures}, or take the braces out."
            ),
            code="unknown_token",
            params={"token": unknown[0]},
        )
    if re.search(r"^#(?!#{1,2} )", text, re.MULTILINE):
        raise ValidationError(
            _("Begin a heading with ## and a space. One # is the page's own heading."),
            code="heading_level",
        )


def link(url, words):
    """A link as a token becomes it."""
    return mark_safe(f'<a href="{escape(url)}">{escape(words)}</a>')  # noqa: S308
