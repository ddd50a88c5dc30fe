"""The pages that the tests of looks and access open: every template, and the long ones."""

from helphub.find import sealing

from ..addresses import ONE_OF_EACH_TEMPLATE, in_language

MORE = [
    "/guides/own-behaviour/",
    "/strategy/governance/",
    "/strategy/definition/",
    "/accessibility/",
]
ONLY_ENGLISH = {"/no-such-page/", "/emergency/"}
# What find answers to: every group, a mended word, nothing found, an empty box. "x" is no address
# of ours: it gets the same page as one that has expired.
LOOKED_FOR = ["attracted to children sexual abuse strategy", "harasment", "quetzalcoatl", ""]


def pages_in(code):
    """The addresses of these pages in one language."""
    answers = [f"/find/{sealing.seal(words)}/" for words in LOOKED_FOR]
    return [
        in_language(path, code)
        for path in [*ONE_OF_EACH_TEMPLATE, *MORE, *answers, "/find/x/"]
        if code == "en" or path not in ONLY_ENGLISH
    ]
