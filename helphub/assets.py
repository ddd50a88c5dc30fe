"""The style sheets and the scripts, as included in every page.

The sources are under static/css and static/js. `manage.py shorten_assets` turns them into the files
under static/sent. We put those inline, so a page takes one request. The Content Security Policy
admits exactly these bytes, by hash.
"""

import base64
import hashlib
from functools import cache
from typing import NamedTuple

from django.conf import settings

FOLDER = settings.BASE_DIR / "static" / "sent"
# What a page needs before its first line; what comes after the exit link; what few pages need.
FRAME_STYLE, PAGE_STYLE = "frame.css", "page.css"
DOORS_STYLE, SERVICE_STYLE, NUMBERS_STYLE = "doors.css", "service.css", "numbers.css"
QUOTATIONS_STYLE, FIGURES_STYLE, DIAGRAM_STYLE = "quotations.css", "figures.css", "diagram.css"
PERIODS_STYLE = "periods.css"
REPORT_STYLE = "report.css"
POSTER_STYLE = "poster.css"
OF_FEW_PAGES = [
    DOORS_STYLE,
    SERVICE_STYLE,
    NUMBERS_STYLE,
    QUOTATIONS_STYLE,
    FIGURES_STYLE,
    DIAGRAM_STYLE,
    PERIODS_STYLE,
    REPORT_STYLE,
    POSTER_STYLE,
]
STYLES = [FRAME_STYLE, PAGE_STYLE, *OF_FEW_PAGES]
HEAD_SCRIPT, END_SCRIPT = "head.js", "end.js"
ADMIN_STYLE = "admin.css"  # Not put into pages: static/admin/hub.css imports it.


class Asset(NamedTuple):
    """Text placed inline in a page, and the policy's source expression that admits it."""

    text: str
    source: str


@cache
def _asset(name):
    text = (FOLDER / name).read_text().strip()
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(text, f"'sha256-{digest}'")


def style(name):
    """One of STYLES."""
    return _asset(name)


def head_script():
    """The exit. It is in the head so that it works while the page is still loading."""
    return _asset(HEAD_SCRIPT)


def end_script():
    """Everything else. It comes after the page, so the exit link is near the start."""
    return _asset(END_SCRIPT)
