"""The style sheet and the scripts, as they stand in every page.

They are written as files under static/css and static/js. `manage.py shorten_assets` makes what is
sent of them, under static/sent, and that is put into the page, so that a page is one request. The
Content Security Policy admits exactly these bytes, by hash.
"""

import base64
import hashlib
from functools import cache
from typing import NamedTuple

from django.conf import settings

FOLDER = settings.BASE_DIR / "static" / "sent"
STYLE, HEAD_SCRIPT, END_SCRIPT = "style.css", "head.js", "end.js"


class Asset(NamedTuple):
    """Text that stands inline in a page, and the policy's source expression that admits it."""

    text: str
    source: str


@cache
def _asset(name):
    text = (FOLDER / name).read_text().strip()
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(text, f"'sha256-{digest}'")


def style():
    return _asset(STYLE)


def head_script():
    """The exit: in the head, so that it works while the page still loads."""
    return _asset(HEAD_SCRIPT)


def end_script():
    """All else: behind the page, so that the exit link stands near its beginning."""
    return _asset(END_SCRIPT)
