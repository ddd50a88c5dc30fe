"""The one style sheet and the one script, as they stand in every page.

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
SCRIPTS = ["exit"]

COMMENT = re.compile(r"/\*.*?\*/|^[ \t]*//.*?$", re.DOTALL | re.MULTILINE)
INDENT = re.compile(r"\n\s*")


class Asset(NamedTuple):
    """Text that stands inline in a page, and the policy's source expression that admits it."""

    text: str
    source: str


def _inline(folder, names):
    files = [settings.BASE_DIR / "static" / folder / f"{name}.{folder}" for name in names]
    # Comments are for whoever reads the file; the phone does not need to carry them.
    text = "".join(
        INDENT.sub("\n", COMMENT.sub("", file.read_text())).strip() + "\n" for file in files
    )
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(text, f"'sha256-{digest}'")


@cache
def style():
    return _inline("css", STYLES)


@cache
def script():
    return _inline("js", SCRIPTS)
