"""The pages that the tests of looks and access open: every template, and the long ones."""

from ..addresses import ONE_OF_EACH_TEMPLATE, in_language

MORE = [
    "/guides/own-behaviour/",
    "/strategy/governance/",
    "/strategy/definition/",
    "/accessibility/",
]
ONLY_ENGLISH = {"/no-such-page/", "/emergency/"}


def pages_in(code):
    """The addresses of these pages in one language."""
    return [
        in_language(path, code)
        for path in [*ONE_OF_EACH_TEMPLATE, *MORE]
        if code == "en" or path not in ONLY_ENGLISH
    ]
