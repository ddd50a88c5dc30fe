"""Keeps what is read from left to right in order within pages that run from right to left.

“999 BSL” in an Urdu sentence would be shown as “BSL 999”, “16–17” as “17–16”, and the plus of
“LGBT+” on the other side. Each such run gets an isolate of its own, wherever the words come from.
"""

import re

LETTER = r"(?:[A-Za-zÀ-ɏ]|&amp;|&#x27;)"
WORD = rf"(?:{LETTER}|\d)+"
RUN = re.compile(
    r"\d+ ?[–—] ?\d+"
    rf"|{WORD}(?:[ .,:/’'-]{{1,2}}{WORD})*\+?"  # Latin words and digits, and what is between.
)
HAS_LETTER = re.compile(r"[A-Za-z]")
# A single word, or a number, keeps its order by itself.
NEEDS_ISOLATE = re.compile(r"[ /+–—]|&amp;|\d[A-Za-z]|[A-Za-z]\d")
PIECES = re.compile(r"(<[^>]*>)|([^<]+)")
TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
# Not text of the page, or isolated already.
LEFT_ALONE = {"bdi", "option", "script", "style", "template", "textarea", "title"}


def isolated(html):
    """A page with an isolate around each run of Latin words and digits that needs one."""
    within = Within()

    def replace(match):
        if match[1]:
            within.tag(match[1])
            return match[1]
        return match[2] if within.name else RUN.sub(_wrapped, match[2])

    return PIECES.sub(replace, html)


class Within:
    """The element, if any, whose text is left alone."""

    name, depth = "", 0

    def tag(self, tag):
        match = TAG.match(tag)
        if match is None:
            return
        is_end, name = bool(match[1]), match[2].lower()
        if self.name:
            if name == self.name:
                self.depth += -1 if is_end else 1
            if not self.depth:
                self.name = ""
        elif not is_end and (name in LEFT_ALONE or 'dir="ltr"' in tag):
            self.name, self.depth = name, 1


def _wrapped(match):
    run = match[0]
    is_range = not HAS_LETTER.search(run) and re.search("[–—]", run)
    if is_range or (HAS_LETTER.search(run) and NEEDS_ISOLATE.search(run)):
        return f'<bdi dir="ltr">{run}</bdi>'
    return run
