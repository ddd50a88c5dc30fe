"""Templates put each element on its own line; readers' pages drop that space and read the same."""

import re

import pytest
from django.conf import settings
from django.test import Client

from helphub.whitespace import squeezed

EXAMPLES = [
    (
        "<ul>\n  <li>Ring us</li>\n  <li>Text us</li>\n</ul>",
        "<ul><li>Ring us</li><li>Text us</li></ul>",
    ),
    ("<p>\n  Ring\n  <a href='/'>us</a>\n  now.\n</p>", "<p>Ring\n<a href='/'>us</a>\nnow.</p>"),
    ("<a>One</a>\n\n    <a>Two</a>", "<a>One</a>\n<a>Two</a>"),
    ("<p>Ring <b>999</b> now.</p>", "<p>Ring <b>999</b> now.</p>"),
    ("<p>Two lines<br>\n  of text</p>", "<p>Two lines<br>of text</p>"),
    ("<pa>x</pa>\n<pa>y</pa>", "<pa>x</pa>\n<pa>y</pa>"),
    ("five < six\np > 2", "five < six\np > 2"),
    ("", ""),
]


@pytest.mark.parametrize(("html", "shorter"), EXAMPLES)
def test_only_whitespace_that_nobody_sees_goes(html, shorter):
    assert squeezed(html) == shorter
    assert squeezed(shorter) == shorter


def test_a_page_has_no_indentation(db):
    html = Client().get("/contacts/").content.decode()
    assert not re.search(r"\n\s|\s\n|</li>\s|</p>\s", html)
    assert int(Client().get("/contacts/").headers["Content-Length"]) == len(html.encode())


def test_no_public_page_has_an_element_in_which_whitespace_is_content():
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        if path.relative_to(settings.BASE_DIR / "templates").parts[0] in {
            "admin",
            "account",
            "accounts",
            "mfa",
        }:
            continue
        assert not re.search(r"<(pre|textarea)\b", path.read_text()), path
