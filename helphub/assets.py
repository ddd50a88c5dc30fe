"""The style sheet and the scripts, as they stand in every page.

They are written as files under static/ and put into the page, so that a page is one request. The
Content Security Policy admits exactly these bytes, by hash.
"""

import base64
import hashlib
import re
from functools import cache
from typing import NamedTuple

from django.conf import settings

STYLES = ["tokens", "base", "layout", "components", "print"]

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
INDENT = re.compile(r"\n\s*")
SHORTHAND = re.compile(r"\b((?:margin|padding)-(?:block|inline)):([^;}]+)")
# One value: spaces within brackets are part of it.
WORD = re.compile(r"(?:[^\s()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+")
# Strings stay as they are; around these signs a script needs no space.
SCRIPT_SPACE = re.compile(r"""("[^"\n]*"|'[^'\n]*'|`[^`]*`)|\s*([=(){},;:?&|<>]+)\s*""")
CSS_SPACE = re.compile(r"\s*([{};,>!])\s*|(?<=:)\s+")
# Names of our own, which no page and no script knows.
PROPERTY = re.compile(r"--[a-z][a-z0-9-]*")
LEADING_ZERO = re.compile(r"(?<=[ ,:(])0(?=\.\d)\.")
PHYSICAL = {
    "-block-start": "-top",
    "-block-end": "-bottom",
    "min-block-size": "min-height",
    "max-inline-size": "max-width",
    "min-inline-size": "min-width",
}


class Asset(NamedTuple):
    """Text that stands inline in a page, and the policy's source expression that admits it."""

    text: str
    source: str


def _read(path):
    # Comments and indents are for whoever reads the file; the phone does not need to carry them.
    text = COMMENT.sub("", (settings.BASE_DIR / "static" / path).read_text())
    return INDENT.sub("\n", text).strip()


def _script(name):
    return SCRIPT_SPACE.sub(lambda found: found[1] or found[2], _read(f"js/{name}.js"))


def _longhand(rule):
    """A logical margin or padding by its two long names: browsers had those for years before."""
    values = WORD.findall(rule[2])
    if values[0] == values[-1] and rule[1].endswith("-inline"):
        name = rule[1].removesuffix("-inline")
        return f"{name}-left:{values[0]};{name}-right:{values[0]}"
    return f"{rule[1]}-start:{values[0]};{rule[1]}-end:{values[-1]}"


def _asset(text):
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(text, f"'sha256-{digest}'")


def _shorter(text):
    """The same style sheet in fewer bytes: the exit link is to be near the beginning of a page."""
    # Every language of the site is written in lines from top to bottom.
    for logical, physical in PHYSICAL.items():
        text = text.replace(logical, physical)
    names = dict.fromkeys(PROPERTY.findall(text))
    short = {name: f"--{_letters(number)}" for number, name in enumerate(names)}
    text = PROPERTY.sub(lambda found: short[found[0]], text)
    return LEADING_ZERO.sub(".", text.replace(";}", "}"))


def _letters(number):
    """a to z, then aa, ab and so on."""
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(ord("a") + number % 26)


@cache
def style():
    text = "".join(CSS_SPACE.sub(r"\1", _read(f"css/{name}.css")) for name in STYLES)
    return _asset(_shorter(SHORTHAND.sub(_longhand, text)))


@cache
def head_script():
    """The exit: in the head, so that it works while the page still loads."""
    return _asset(f'"use strict";\n{_script("tab")}\n{_script("exit")}')


@cache
def end_script():
    """All else: behind the page, so that the exit link stands near its beginning."""
    # What a browser is too old for ends one of them, not all.
    guarded = [
        f"try{{\n{_script(name)}\n}}catch(error){{console.error(error)}}"
        for name in ("shift", "discreet", "hours")
    ]
    return _asset('"use strict";\n' + "\n".join(guarded))
