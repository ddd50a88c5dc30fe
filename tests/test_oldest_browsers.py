"""The scripts and the style sheet work in the oldest browsers that CONTRIBUTING.md names.

Chromium 80, Safari 14, Firefox 78. Anything newer is listed here with the damage it would do: one
missing call silently ends a feature, and one unknown pseudo-class drops a whole rule.
"""

import re

import pytest
from django.conf import settings

from helphub import assets

SCRIPTS = sorted((settings.BASE_DIR / "static" / "js").glob("*.js"))
SENT = [assets.FOLDER / name for name in (assets.HEAD_SCRIPT, assets.END_SCRIPT)]
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STRING = re.compile(r""""[^"\n]*"|'[^'\n]*'""")

# Newer than at least one of the three. Syntax ends the whole script, a method only its caller.
TOO_NEW_SYNTAX = [
    r"\?\?=|\|\|=|&&=",  # Chromium 85
    r"(?<![\w$])#\w+",  # private fields: Chromium 84
    r"\bstatic\s*\{",  # Chromium 94
    r"\(\?<[=!]",  # looking behind: Safari 16.4
    r"/[gimsuy]*[dv][gimsuydv]*(?=[.,;)\]])",  # regular expressions' flags d and v
    r"\d_\d",
    r"\bimport\b|\bexport\b",
]
TOO_NEW_METHODS = """
    at replaceAll replaceChildren findLast findLastIndex toSorted toReversed toSpliced with
    hasOwn groupBy fromAsync any allSettled withResolvers checkVisibility requestSubmit
    showModal showPopover togglePopover hidePopover setHTMLUnsafe setHTML getHTML randomUUID
    canParse isWellFormed toWellFormed union intersection difference
    startViewTransition moveBefore attachInternals getAnimations scrollIntoViewIfNeeded
"""
TOO_NEW_NAMES = """
    structuredClone reportError scheduler WeakRef FinalizationRegistry AggregateError
    adoptedStyleSheets CSSStyleSheet CompressionStream URLPattern Temporal Sanitizer ListFormat
    DisplayNames Segmenter DurationFormat cookieStore launchQueue queueMicrotask globalThis
    dateStyle timeStyle dayPeriod
"""
TOO_NEW = re.compile(
    "|".join(
        [
            *TOO_NEW_SYNTAX,
            rf"\.(?:{'|'.join(TOO_NEW_METHODS.split())})\(",
            rf"\b(?:{'|'.join(TOO_NEW_NAMES.split())})\b",
            r"\.aria[A-Z]\w*",  # ARIA's attributes as properties: Firefox 119
            r"AbortSignal\.(?!timeout\?\.)\w+",
        ]
    )
)
# For these the script checks that the browser has them, or carries on without.
GUARDED = {"BroadcastChannel", "navigation.activation", "trustedTypes"}


def found_in_script(text):
    return TOO_NEW.findall(STRING.sub('""', COMMENT.sub("", text)))


# The sent versions too: the shortener may write newer syntax.
@pytest.mark.parametrize("script", SCRIPTS + SENT, ids=lambda path: path.name)
def test_the_scripts_use_nothing_newer(script):
    assert found_in_script(script.read_text()) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_what_is_newer_but_worth_having_is_guarded(script):
    text = COMMENT.sub("", script.read_text())
    for name in GUARDED:
        for place in re.finditer(re.escape(name), text):
            around = text[max(0, place.start() - 120) : place.end() + 2]
            assert "attempt(" in around or around.endswith("?."), (script.name, name)


@pytest.mark.parametrize(
    "text",
    [
        "last.at(-1);",
        "words.replaceAll(a, b);",
        "body.replaceChildren();",
        "a ??= b;",
        "a ||= b;",
        "class A { #secret = 1; }",
        "button.ariaPressed = true;",
        "structuredClone(a);",
        "Object.hasOwn(a, b);",
        "text.match(/(?<=a)b/);",
        "fetch(url, { signal: AbortSignal.timeout(1) });",
        "form.requestSubmit();",
    ],
)
def test_what_is_newer_is_reported(text):
    assert found_in_script(text)


def test_what_is_old_enough_is_not_reported():
    text = 'a?.b ?? c.flatMap((x) => x); find("#main.at(1)"); AbortSignal.timeout?.(1); // #1'
    assert found_in_script(text.partition(" //")[0]) == []


# Properties that all three know, and properties that only change the looks where unknown. Look up
# any other property before adding it here.
KNOWN = """
    align-content align-items background background-color border border-bottom border-color
    border-collapse border-inline-start border-left-width border-radius border-style border-top
    border-width bottom box-shadow
    box-sizing clear clip-path color column-gap columns content cursor direction display fill
    flex flex-direction flex-wrap float font font-family font-size font-weight gap grid-column
    grid-row grid-template-columns height justify-content left line-height list-style margin
    margin-bottom margin-inline-end margin-inline-start margin-left margin-right margin-top
    max-height max-width min-height min-width opacity outline outline-color outline-offset overflow
    overflow-wrap padding padding-bottom padding-inline-end padding-inline-start padding-left
    padding-right padding-top position right table-layout text-align text-decoration top
    transform
    vertical-align visibility white-space width z-index break-inside
    page-break-after page-break-inside
"""
ONLY_LOOKS = """
    -webkit-text-size-adjust text-size-adjust color-scheme scroll-padding-top text-wrap
    text-decoration-thickness text-underline-offset hyphens
    stroke stroke-width stroke-linecap stroke-linejoin content-visibility block-size
"""
PSEUDO = """
    root hover focus target first-child last-child nth-child lang before after not
    -webkit-details-marker
"""
TOO_NEW_VALUES = re.compile(r"\b(?:\d+|\.)[dsl]v[hwib]\b|color-mix|ok(?:lab|lch)|\blab\(|\blch\(")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def styles():
    return "".join(assets.style(name).text for name in assets.STYLES)


def rules():
    return [(selector.strip(), body) for selector, body in RULE.findall(styles())]


def test_the_style_sheets_use_no_newer_property_or_value():
    assert len(rules()) > 80
    for selector, body in rules():
        for declaration in filter(None, body.split(";")):
            name = declaration.partition(":")[0].strip()
            assert name.startswith("--") or name in f"{KNOWN}{ONLY_LOOKS}".split(), (selector, name)
        assert not TOO_NEW_VALUES.search(body), selector


def test_no_selector_makes_an_older_browser_drop_a_whole_rule():
    for selector, _ in rules():
        if selector == ":focus:not(:focus-visible)":
            continue  # Older browsers show the focus after a click too.
        if selector == "details::details-content":
            continue  # They print what is folded only if it is open.
        for name in re.findall(r":([a-z-]+)", re.sub(r'"[^"]*"', "", selector)):
            assert selector.startswith("@") or name in PSEUDO.split(), selector
        assert "&" not in selector


def test_space_between_boxes_in_a_row_needs_no_gap():
    for selector, body in rules():
        if re.search(r"(?:^|;)(?:column-|row-)?gap:", body):
            assert "grid" in body or "columns:" in body, (
                f"{selector}: a flex box has gaps only since Safari 14.1."
            )


def test_margins_and_paddings_use_only_names_that_older_browsers_know():
    style = styles()
    assert re.search(r"(?:margin|padding)-inline-(?:start|end):", style)
    assert not re.search(r"(?:margin|padding)-(?:block|inline):", style)
