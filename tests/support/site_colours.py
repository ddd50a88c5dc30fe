"""Colours by which a picture shows whether a page of the site is on screen."""

import re

from django.conf import settings

TOKENS = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
# The backgrounds of 999, the exit and Dudley's number: on every page, and on no other here.
COLOURS = [
    re.search(rf"--{name}: (#\w{{6}})", TOKENS).group(1) for name in ("red", "ink", "accent")
]
