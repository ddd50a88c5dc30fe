"""Shortens the style sheets and the scripts before they are committed.

A web server only reads the result. The minifier is a Go library: it would start threads in a
process that forks later, and use 9 MB of memory in each.
"""

import re

import minify
from django.conf import settings
from django.core.management.base import BaseCommand

from helphub import assets

STYLES = {
    assets.FRAME_STYLE: ["tokens", "base", "layout"],
    assets.PAGE_STYLE: ["components", "print"],
    **{name: [name.removesuffix(".css")] for name in assets.OF_FEW_PAGES},
}
HEAD_SCRIPTS = ["tab", "exit"]
END_SCRIPTS = ["shift", "discreet", "hours", "paper"]
ECMASCRIPT = 2020  # The newest version that Chromium 80, Safari 14 and Firefox 78 support.

BETWEEN = "\f"  # No style sheet contains it.
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Our own custom properties. No page or script uses these names.
PROPERTY = re.compile(r"--[a-z][a-z0-9-]*")
DEFINITION = re.compile(rf"({PROPERTY.pattern}):\s*([^;}}]+)")
ROOT = re.compile(r":root\s*\{([^}]*)\}")


class Command(BaseCommand):
    help = "Minify the styles and scripts that pages use, and write them to static/sent."

    def handle(self, **options):
        assets.FOLDER.mkdir(exist_ok=True)
        for name, text in shortened().items():
            (assets.FOLDER / name).write_text(f"{text}\n")
            self.stdout.write(f"{name}: {len(text.encode())} bytes")


def shortened():
    """The text of each file in static/sent, by name."""
    head = "\n".join(_source("js", name) for name in HEAD_SCRIPTS)
    # A feature that an old browser lacks then stops one of these, not all.
    end = "\n".join(f"guarded(() => {{\n{_source('js', name)}\n}});" for name in END_SCRIPTS)
    return {
        **short_styles(),
        assets.HEAD_SCRIPT: short_script(head),
        assets.END_SCRIPT: short_script(end),
        assets.ADMIN_STYLE: admin_style(_source("css", "tokens")),
    }


def _source(kind, name):
    return (settings.BASE_DIR / "static" / kind / f"{name}.{kind}").read_text()


def short_script(text):
    """The same script in fewer bytes.

    Globals declared in the head keep their names. A one-letter name might clash with one that a
    browser or an app injects into every page, and that would stop the exit's script.
    """
    minify.config({"js-version": ECMASCRIPT})
    return minify.string("application/javascript", f'"use strict";\n{text}')


def short_styles():
    """All style sheets. A custom property has the same short name in each."""
    sheets = ["".join(_source("css", name) for name in names) for names in STYLES.values()]
    # The minifier leaves the values of custom properties alone.
    text = renamed(folded(COMMENT.sub("", BETWEEN.join(sheets)))).replace(", ", ",")
    shorter = [minify.string("text/css", sheet) for sheet in text.split(BETWEEN)]
    return dict(zip(STYLES, shorter, strict=True))


def admin_style(tokens):
    """The site's colours for the admin, where an officer can choose between light and dark."""
    light, dark = (dict(DEFINITION.findall(rule)) for rule in ROOT.findall(COMMENT.sub("", tokens)))
    colours = {name: value for name, value in light.items() if value.startswith("#")}
    both = "".join(
        f"{name}:light-dark({value.strip()},{dark.get(name, value).strip()});"
        for name, value in colours.items()
    )
    return f":root{{{both}}}"


def folded(text):
    """The same, with constant properties replaced by their values where that is shorter."""
    names = [name for name, _ in DEFINITION.findall(text)]
    for name, value in DEFINITION.findall(ROOT.search(text)[1]):
        reference = f"var({name})"
        uses = text.count(reference)
        as_property = len("--a:;") + len(value) + uses * len("var(--a)")
        if names.count(name) == 1 and uses * len(value) <= as_property:
            text = re.sub(rf"{name}:[^;}}]+;?", "", text).replace(reference, value)
    return text


def renamed(text):
    """The same, with short names for our own properties."""
    names = dict.fromkeys(PROPERTY.findall(text))
    short = {name: f"--{_letters(number)}" for number, name in enumerate(names)}
    return PROPERTY.sub(lambda match: short[match[0]], text)


def _letters(number):
    """a to z, then aa, ab and so on."""
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(ord("a") + number % 26)
