"""What officers' texts may not contain: typed numbers, hidden characters, HTML, unsafe links."""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError

from helphub.content import patterns
from helphub.content.markup import markdown
from helphub.content.pasted_lists import BREAK, DOUBTFUL
from helphub.content.tokens import TOKEN, unknown_tokens

# Digits that look like something to ring: a run of five or more, spaced or not, or a short code.
# Years, ages, "24/7" and "7.7 million" don't match. Nor do Relay UK's two codes, which belong to no
# line, or "999 BSL", which is a name. Stars and similar signs are Markdown, so readers see the
# digits without them.
BARE_NUMBER = re.compile(
    r"(?!\b1800[01]\b(?![ \u00a0().\u2010-\u2015/*_\\·-]{0,3}\d))"
    + patterns.run_of_digits(r" \u00a0().\u2010-\u2015/*_\\·-", most_between=3, fewest=5)
    + r"|\b0\d{2,3}[ \t]*\r?\n[ \t]*\d{3,}"  # On two lines, which readers see as one.
    + rf"|{patterns.SHORT_CODE}(?! BSL\b)"
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


def _refuse(*kinds: Iterable[ValidationError]) -> None:
    """Raise all of these faults at once. Each argument is a list of errors, without duplicates."""
    errors: list[ValidationError] = []
    for kind in kinds:
        different = {str(error.params): error for error in kind}
        errors += list(different.values())[:MOST_NAMED]
    if errors:
        raise ValidationError(errors)


def _character_faults(text: str) -> Iterator[ValidationError]:
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


def validate_characters(text: str) -> None:
    """Refuse invisible characters: they hide digits, reorder them or break up a word."""
    _refuse(_character_faults(text))


def _markup_faults(text: str) -> Iterator[ValidationError]:
    for match in MARKUP.finditer(text):
        yield ValidationError(
            (
                "Take out “%(markup)s”: readers would see it exactly as you typed it. A heading "
                "begins with ##, and **two stars** make words bold."
            ),
            code="markup",
            params={"markup": match.group()},
        )


def _links(text: str) -> Iterator[tuple[str, str, str]]:
    """The links of a text: target, visible text and title.

    Includes anything that only looks like a link.
    """
    for block in markdown.parse(text):
        inside: list[str] | None = None
        for token in block.children or []:
            if token.type == "link_open":
                inside = [str(token.attrGet("href") or ""), "", str(token.attrGet("title") or "")]
            elif token.type == "link_close" and inside:
                yield inside[0], inside[1], inside[2]
                inside = None
            elif inside:
                inside[1] += token.content
    for match in LINK_TARGET.finditer(text):
        yield match[1], "", ""


def _link_faults(text: str) -> Iterator[ValidationError]:
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


def validate_markup(text: str) -> None:
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


def _number_faults(text: str) -> Iterator[ValidationError]:
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


def _token_faults(text: str) -> Iterator[ValidationError]:
    for token in unknown_tokens(html.unescape(text)):
        yield ValidationError(
            (
                "“%(token)s” is not a published number or page. Write, for example, {h-spoc}, "
                "{guide:consent} or {topic:pictures}, or take the braces out."
            ),
            code="unknown_token",
            params={"token": token},
        )


def _line_faults(text: str) -> Iterator[ValidationError]:
    for number, line in enumerate(BREAK.split(text), 1):
        if re.match(r" {0,3}#(?!#{1,2} +\S)", line):
            yield ValidationError(
                (
                    "Begin a heading with ## or ###, a space and its words (line %(line)s). A "
                    "single # is for the page's own heading."
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


def validate_text(text: str) -> None:
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
