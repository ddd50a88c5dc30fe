"""The ground: officers' texts, with tokens in place of numbers and links.

A text never contains a telephone number. It names a line, ``{h-spoc}``, and the line's row supplies
the digits wherever the text is shown. In the same way ``{guide:consent}`` becomes a link to that
guide, under its current name. The floors above register how their tokens resolve.
"""

import html
import re
import unicodedata
from functools import partial

from django.core.exceptions import ValidationError
from django.utils.html import escape, strip_tags
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

from helphub.content import memory

TOKEN = re.compile(r"\{(?P<kind>[a-z]+)(?P<mark>[:-])(?P<slug>[a-z0-9][a-z0-9-]*)\}")
ANY_BRACES = re.compile(r"\{[^{}]*\}|[{}]")

# Digits that look like something to ring: a run of five or more, spaced or not, or a short code.
# Years, ages, "24/7" and "7.7 million" don't match. Nor do Relay UK's two codes, which belong to no
# line, or "999 BSL", which is a name. Stars and similar signs are Markdown, so readers see the
# digits without them.
BARE_NUMBER = re.compile(
    r"(?!\b1800[01]\b(?![ \u00a0().\u2010-\u2015/*_\\·-]{0,3}\d))"
    r"\+?\d(?:[ \u00a0().\u2010-\u2015/*_\\·-]{0,3}\d){4,}"
    r"|\b0\d{2,3}[ \t]*\r?\n[ \t]*\d{3,}"  # On two lines, which readers see as one.
    r"|(?<![\d.,/-])(?:999|101|111|112|119|911|988)(?![\d.,/%-]*\d)(?! BSL\b)"
)
# Invisible characters that can reorder digits or hide them.
UNSAFE_CHARACTERS = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b"
    "\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# These join or separate letters in Urdu and Panjabi. Beside a digit they can only hide one.
JOINERS = re.compile("[\u200c\u200d]")
JOINED_DIGITS = re.compile(rf"\d{JOINERS.pattern}|{JOINERS.pattern}\d")
MARKUP = re.compile(r"<[A-Za-z/!?][^>]{0,30}>?")
# Links in a text may go to another https site, or to one of our pages.
LINK_TARGET = re.compile(r"\]\(\s*<?([^)\s>]*)")
SAFE_TARGET = re.compile(r"https://[^/\\]|/(?![/\\])|#")
LONGEST = 20_000
MOST_NAMED = 12  # At most this many faults of one kind are listed at once.

# Lists as Word and e-mail paste them, with a sign where Markdown has "- ". Symbol fonts put bullets
# in the private use area, or paste the letters behind them: "o", "ü", "Ø", "v". A dash or letter
# only counts if a tab follows, because with a space it may be part of a sentence.
BULLET_SIGNS = "•·∙●○◦‣⁃▪▫■□◆◇►➢➤✓✔✦❖⦁⮚✅"
BREAK = re.compile(r"\r\n|\r|\n")
SIGN = re.compile(rf"[^\S\n]*([{BULLET_SIGNS}\uf000-\uf0ff])[^\S\n]*(?=\S)")
TAB_AFTER = re.compile(r"[^\S\n]*([oüØv§–—-])[^\S\t\n]*\t\s*(?=\S)")
NUMBER = re.compile(r"[^\S\n]*\(?(\d{1,3})[.)][^\S\n]*\t\s*(?=\S)")
DASH = re.compile(r"[^\S\n]*([–—])[^\S\n]+(?=\S)")
# May or may not be a list item. We name its line, and an officer decides.
DOUBTFUL = re.compile(
    rf"[^\S\n]*([{BULLET_SIGNS}\uf000-\uf0ff]|[–—](?=\s)|[o§](?=\t)"
    r"|\(?(?:[a-zA-Z]|[ivxIVX]{1,5}|\d{1,3})[.)](?=\t)|\(\d{1,3}\)(?=\s))"
)
PLAIN_BULLET = re.compile(r"[-*+][ \t]+(?=\S)")
PLAIN_MARK = re.compile(r"[^\S\n]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?=\S)")

_resolvers = {}
_names = {}


def register(kind, resolve, names=None):
    """Register ``resolve(slugs)`` for the tokens of one kind.

    It returns a dictionary of safe HTML by slug. A slug it leaves out does not exist or is not
    published. ``names(slugs)`` gives plain names for those held back, so the sentence around a
    token still reads properly.
    """
    _resolvers[kind] = resolve
    _names[kind] = names or (lambda slugs: {})


def _key(match):
    # "h-spoc" is the line's own name. In "guide:consent" only the part after the colon is.
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
    """The values of the tokens in these texts: safe HTML by (kind, slug)."""
    return _resolve({token for text in texts for token in tokens_of(text)})


def dead_tokens(tokens):
    """Tokens with no link that readers can follow and no held-back name to show."""
    dead = set(tokens) - set(_resolve(tokens))
    return {(kind, slug) for kind, slug in dead if kind not in _names or not _names[kind]({slug})}


def unknown_tokens(text):
    """The tokens and stray braces in a text that stand for nothing a reader could see."""
    resolved = resolve_tokens([text])
    return [
        braces
        for braces in ANY_BRACES.findall(text)
        if not (match := TOKEN.fullmatch(braces)) or _key(match) not in resolved
    ]


PIECES = re.compile(rf"(?P<tag><[^>]*>)|{TOKEN.pattern}")


def _replace_tokens(rendered, resolved=None):
    """Replace tokens in finished HTML, but never inside a tag, and never a link inside a link."""
    resolved = resolve_tokens([rendered]) if resolved is None else resolved
    within_link = False

    def replace(match):
        nonlocal within_link
        if tag := match["tag"]:
            within_link = tag.startswith("<a ") or (within_link and tag != "</a>")
            return tag
        kind, slug = _key(match)
        if (kind, slug) in resolved:
            return strip_tags(resolved[kind, slug]) if within_link else resolved[kind, slug]
        return escape(_names[kind]({slug}).get(slug, "")) if kind in _names else ""

    return PIECES.sub(replace, rendered)


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
    # markdown-it escapes everything it doesn't generate, and tokens become safe HTML.
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


def phrases(text):
    """The lines of a text, each as HTML. All tokens are looked up in one go."""
    resolved = resolve_tokens([text])
    lines = map(_markdown.renderInline, text.splitlines())
    return [mark_safe(_replace_tokens(line, resolved)) for line in lines]  # noqa: S308


# Lists that were pasted


def with_lists(text):
    """The text with Markdown lists where bullets or numbers were pasted from Word."""
    lines = BREAK.split(text)
    items = [_item(line) for line in lines]
    # A single line with a dash may be speech. Two in a row are a list.
    dashes = [DASH.match(line) for line in lines]
    for place, dash in enumerate(dashes):
        if dash and any(dashes[max(0, place - 1) : place] + dashes[place + 1 : place + 2]):
            items[place] = ("–", "- ", lines[place][dash.end() :])
    if not any(items):
        return text
    written, levels, is_open = [], [], False
    for line, item in zip(lines, items, strict=True):
        if item:
            sign, mark, words = item
            if not is_open:
                levels = []
                if written and written[-1].strip() and not PLAIN_MARK.match(written[-1]):
                    written.append("")
            open_signs = [open_sign for open_sign, _width in levels]
            levels = levels[: open_signs.index(sign)] if sign in open_signs else levels
            indent = " " * sum(width for _sign, width in levels)
            levels = [*levels, (sign, len(mark))]
            written.append(f"{indent}{mark}{words}")
            is_open = True
            continue
        # The next words after the last item are not part of it.
        is_new = line.strip() and not line[0].isspace() and not PLAIN_MARK.match(line)
        if is_open and is_new and written[-1].strip():
            written.append("")
        is_open = is_open and not line.strip()
        written.append(line)
    return "\n".join(written)


def _item(line):
    """An item of a pasted list: its sign, the Markdown that replaces it, and the words."""
    if match := NUMBER.match(line):
        return "1", f"{int(match[1])}. ", line[match.end() :]
    match = SIGN.match(line) or TAB_AFTER.match(line)
    return match and (match[1], "- ", line[match.end() :])


def without_bullets(text):
    """The text without leading signs. Each of its lines is already a list item."""
    return "\n".join(
        line[match.end() :] if (match := _sign_in_front(line)) else line
        for line in BREAK.split(text)
    )


def _sign_in_front(line):
    signs = (SIGN, TAB_AFTER, NUMBER, DASH, PLAIN_BULLET)
    return next((match for sign in signs if (match := sign.match(line))), None)


# What is refused


def _links(text):
    """The links of a text: target, visible text and title.

    Includes anything that only looks like a link.
    """
    for block in _markdown.parse(text):
        inside = None
        for token in block.children or []:
            if token.type == "link_open":
                inside = [token.attrGet("href") or "", "", token.attrGet("title") or ""]
            elif token.type == "link_close" and inside:
                yield tuple(inside)
                inside = None
            elif inside:
                inside[1] += token.content
    for match in LINK_TARGET.finditer(text):
        yield match[1], "", ""


def _refuse(*kinds):
    """Raise all of these faults at once. Each argument is a list of errors, without duplicates."""
    errors = []
    for kind in kinds:
        different = {str(error.params): error for error in kind}
        errors += list(different.values())[:MOST_NAMED]
    if errors:
        raise ValidationError(errors)


def _character_faults(text):
    for pattern in (UNSAFE_CHARACTERS, JOINED_DIGITS):
        for match in pattern.finditer(text):
            yield ValidationError(
                (
                    "Take out the invisible character after “%(before)s”: it can hide or reorder "
                    "text."
                ),
                code="unsafe_character",
                params={"before": text[max(0, match.start() - 20) : match.end() - 1]},
            )


def validate_characters(text):
    """Refuse invisible characters: they hide digits, reorder them or break up a word."""
    _refuse(_character_faults(text))


def _markup_faults(text):
    for match in MARKUP.finditer(text):
        yield ValidationError(
            (
                "Take out “%(markup)s”: readers would see it exactly as you typed it. A heading "
                "begins with ##, and **two stars** make words bold."
            ),
            code="markup",
            params={"markup": match.group()},
        )


def _link_faults(text):
    for target, shown, title in _links(text):
        if not SAFE_TARGET.match(target):
            yield ValidationError(
                (
                    "A link cannot lead to “%(target)s”. Begin it with https://, or write a page "
                    "on this site as {guide:consent}."
                ),
                code="link_target",
                params={"target": target[:60]},
            )
        # In addresses a brace is written as %7B.
        for part in (target.replace("%7B", "{").replace("%7D", "}"), shown, title):
            if match := TOKEN.search(part):
                yield ValidationError(
                    (
                        "Take “%(token)s” out of the link: it becomes a link itself. Put it beside "
                        "the other link."
                    ),
                    code="token_in_link",
                    params={"token": match.group()},
                )


def validate_markup(text):
    """Refuse a text that has HTML or an unsafe link, or that is far too long."""
    if len(text) > LONGEST:
        raise ValidationError(
            (
                "This is %(length)s characters long. The limit is %(longest)s. Split it into "
                "several pages."
            ),
            code="too_long",
            params={"length": f"{len(text):,}", "longest": f"{LONGEST:,}"},
        )
    _refuse(_markup_faults(text), _link_faults(text))


# For plain values without tokens: a name, a date, a street.
PLAIN = [validate_characters, validate_markup]


def _number_faults(text):
    # A digit may also be an entity: &#48; shows 0.
    shown = unicodedata.normalize("NFKC", TOKEN.sub("", html.unescape(text)))
    for match in BARE_NUMBER.finditer(shown):
        yield ValidationError(
            (
                "Do not type the number “%(number)s”. Write its short name instead, for example "
                "{h-spoc}. It will then be right everywhere when it changes."
            ),
            code="bare_number",
            params={"number": match.group()},
        )


def _token_faults(text):
    for token in unknown_tokens(html.unescape(text)):
        yield ValidationError(
            (
                "“%(token)s” is not a published number or page. Write, for example, {h-spoc}, "
                "{guide:consent} or {topic:pictures}, or take the braces out."
            ),
            code="unknown_token",
            params={"token": token},
        )


def _line_faults(text):
    for number, line in enumerate(BREAK.split(text), 1):
        if re.match(r"#(?!#{1,2} )", line):
            yield ValidationError(
                (
                    "Begin a heading with ## and a space (line %(line)s). A single # is for the "
                    "page's own heading."
                ),
                code="heading_level",
                params={"line": number},
            )
        if match := DOUBTFUL.match(line):
            yield ValidationError(
                (
                    "Line %(line)s begins with “%(sign)s”, which does not make a list. Write “- ” "
                    "instead for a bullet or “1. ” for a step, or begin with a word."
                ),
                code="pasted_list",
                params={"line": number, "sign": match[1]},
            )


def validate_text(text):
    """Refuse a text that types a number, names an unknown token or hides characters.

    All faults are reported at once, so an officer can fix them in one go.
    """
    if len(text) > LONGEST:
        validate_markup(text)
    _refuse(
        _character_faults(text),
        _markup_faults(text),
        _link_faults(text),
        _number_faults(text),
        _token_faults(text),
        _line_faults(text),
    )


def link(url, words):
    """The link that replaces a token."""
    return mark_safe(f'<a href="{escape(url)}">{escape(words)}</a>')  # noqa: S308
