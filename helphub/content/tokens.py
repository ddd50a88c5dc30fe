"""The tokens in officers' texts: finding them, and putting numbers and links in their place.

A text never contains a telephone number. It names a line, ``{h-spoc}``, and the line's row supplies
the digits wherever the text is shown. In the same way ``{guide:consent}`` becomes a link to that
guide, under its current name. The floors above register how their tokens resolve.
"""

import re
from collections.abc import Callable, Collection, Iterable
from functools import partial
from itertools import chain

from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

from helphub.content import memory

TOKEN = re.compile(r"\{(?P<kind>[a-z]+)(?P<mark>[:-])(?P<slug>[a-z0-9][a-z0-9-]*)\}")
ANY_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
ONLY_TOKENS = re.compile(rf"\s*(?:{TOKEN.pattern}\s*)+")
PIECES = re.compile(rf"(?P<tag><[^>]*>)|{TOKEN.pattern}")

Token = tuple[str, str]  # The kind and the slug.
Resolved = dict[Token, str]  # Safe HTML.
Resolve = Callable[[set[str]], dict[str, str]]
Names = Callable[[set[str]], dict[str, str]]

_resolvers: dict[str, Resolve] = {}
_names: dict[str, Names] = {}
_buttons: dict[str, Resolve] = {}


def register(
    kind: str, resolve: Resolve, names: Names | None = None, buttons: Resolve | None = None
) -> None:
    """Register ``resolve(slugs)`` for the tokens of one kind.

    It returns a dictionary of safe HTML by slug. A slug it leaves out does not exist or is not
    published. ``names(slugs)`` gives plain names for those left out, so the sentence around a
    token still reads properly. ``buttons(slugs)`` gives the buttons for a paragraph of nothing but
    such tokens.
    """
    _resolvers[kind] = resolve
    _names[kind] = names or (lambda slugs: {})
    if buttons:
        _buttons[kind] = buttons


def _key(match: re.Match[str]) -> Token:
    # "h-spoc" is the line's own name. In "guide:consent" only the part after the colon is.
    kind, mark, slug = match["kind"], match["mark"], match["slug"]
    return kind, f"{kind}-{slug}" if mark == "-" else slug


def tokens_of(text: str) -> set[Token]:
    """The tokens of a text, as (kind, slug)."""
    return {_key(match) for match in TOKEN.finditer(text)}


def written(token: Token) -> str:
    """A token as an officer writes it."""
    kind, slug = token
    return f"{{{slug}}}" if slug.startswith(f"{kind}-") else f"{{{kind}:{slug}}}"


def _by_kind(tokens: Iterable[Token]) -> dict[str, set[str]]:
    """The slugs of each kind, so that each kind is looked up once."""
    slugs: dict[str, set[str]] = {}
    for kind, slug in tokens:
        slugs.setdefault(kind, set()).add(slug)
    return slugs


def _resolve(tokens: Iterable[Token]) -> Resolved:
    return {
        (kind, slug): html
        for kind, slugs in _by_kind(tokens).items()
        if kind in _resolvers
        for slug, html in memory.recall(
            ("tokens", kind, *sorted(slugs)), partial(_resolvers[kind], slugs)
        ).items()
    }


def resolve_tokens(texts: Iterable[str]) -> Resolved:
    """The values of the tokens in these texts: safe HTML by (kind, slug)."""
    return _resolve({token for text in texts for token in tokens_of(text)})


def dead_tokens(tokens: Collection[Token]) -> set[Token]:
    """Tokens with no link that readers can follow and no left-out name to show."""
    dead = set(tokens) - set(_resolve(tokens))
    return {(kind, slug) for kind, slug in dead if kind not in _names or not _names[kind]({slug})}


def unknown_tokens(text: str) -> list[str]:
    """The tokens and stray braces in a text that stand for nothing a reader could see."""
    resolved = resolve_tokens([text])
    return [
        braces
        for braces in ANY_BRACES.findall(text)
        if not (match := TOKEN.fullmatch(braces)) or _key(match) not in resolved
    ]


def resolve_buttons(texts: Iterable[str]) -> dict[str, str]:
    """The buttons for those of these texts that have nothing but numbers: HTML by text.

    A text is left out if one of its numbers is not shown.
    """
    alone = {
        text: [_key(match) for match in TOKEN.finditer(text)]
        for text in texts
        if ONLY_TOKENS.fullmatch(text)
    }
    alone = {
        text: keys for text, keys in alone.items() if all(kind in _buttons for kind, _ in keys)
    }
    found = {
        (kind, slug): html
        for kind, slugs in _by_kind(chain.from_iterable(alone.values())).items()
        for slug, html in _buttons[kind](slugs).items()
    }
    return {
        text: "\n".join(found[key] for key in keys)
        for text, keys in alone.items()
        if found.keys() >= set(keys)
    }


def replace_tokens(rendered: str, resolved: Resolved | None = None) -> str:
    """Replace tokens in finished HTML, but never inside a tag, and never a link inside a link."""
    resolved = resolve_tokens([rendered]) if resolved is None else resolved
    within_link = False

    def replace(match: re.Match[str]) -> str:
        nonlocal within_link
        if tag := match["tag"]:
            within_link = tag.startswith("<a ") or (within_link and tag != "</a>")
            return tag
        kind, slug = _key(match)
        if (kind, slug) in resolved:
            return strip_tags(resolved[kind, slug]) if within_link else resolved[kind, slug]
        return escape(_names[kind]({slug}).get(slug, "")) if kind in _names else ""

    return PIECES.sub(replace, rendered)


def link(url: str, words: str) -> SafeString:
    """The link that replaces a token."""
    return mark_safe(f'<a href="{escape(url)}">{escape(words)}</a>')  # noqa: S308
