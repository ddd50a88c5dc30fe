"""The styles and scripts in pages are made from the readable files."""

import re

import pytest
from django.conf import settings

from helphub import assets
from helphub.management.commands import shorten_assets

SHEET = """
:root { --few: 4rem; --dark: #26221f; --far: 1px solid #26221f; --never: 1px }
@media (prefers-color-scheme: dark) { :root { --dark: #fff } }
a { margin: var(--few); color: var(--dark); --own: 9rem; width: var(--own) }
"""


@pytest.mark.parametrize(
    "name", [*assets.STYLES, assets.HEAD_SCRIPT, assets.END_SCRIPT, assets.ADMIN_STYLE]
)
def test_the_minified_files_match_the_readable_ones(name):
    sent = (assets.FOLDER / name).read_text().strip()
    assert sent == shorten_assets.shortened()[name], "Run: manage.py shorten_assets"


def test_the_admin_has_every_colour_of_the_site_in_light_and_dark():
    tokens = ":root { --a: #fff; --b: #123456; --c: 1rem }  @media (x) { :root { --a: #000 } }"
    assert (
        shorten_assets.admin_style(tokens)
        == ":root{--a:light-dark(#fff,#000);--b:light-dark(#123456,#123456);}"
    )
    own = (settings.BASE_DIR / "static/admin/hub.css").read_text()
    names = set(
        re.findall(r"--[\w-]+(?=:light-dark)", (assets.FOLDER / assets.ADMIN_STYLE).read_text())
    )
    assert len(names) > 10
    assert not names & set(re.findall(r"(--[\w-]+):", own))


def test_names_that_all_scripts_on_a_page_can_see_stay_long():
    """A single letter might clash with one that an app puts into each page."""
    text = shorten_assets.short_script("const leave = (where) => go(where); let isLeaving = 1;")
    assert text.startswith('"use strict";const leave=')
    assert "isLeaving" in text
    assert "where" not in text


def test_a_property_that_never_changes_becomes_its_value():
    text = shorten_assets.folded(SHEET)
    assert "margin: 4rem" in text
    assert "--few" not in text
    assert "--never" not in text


def test_a_property_that_changes_or_is_set_elsewhere_stays():
    text = shorten_assets.folded(SHEET)
    assert "color: var(--dark)" in text
    assert text.count("--dark: #") == 2
    assert "--own: 9rem; width: var(--own)" in text


def test_a_property_has_one_short_name_throughout():
    text = shorten_assets.renamed("a { --own: 1px; b: var(--own) } c { d: var(--own-too, 2px) }")
    assert text == "a { --a: 1px; b: var(--a) } c { d: var(--b, 2px) }"
