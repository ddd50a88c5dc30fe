"""How much of a page the first screen shows, and how long pages are. By hand, with a site running:

python tests/browser/measure_screens.py http://127.0.0.1:8000

In Chromium without a window. Fonts differ: those of a test machine are wider than a phone's own.
"""

import gzip
import os
import re
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.browsers import QUIET, find_browser

MEASURED = [
    "/",
    "/help-now/",
    "/guides/just-happened/",
    "/services/",
    "/services/in/home/",
    "/services/day-and-night-line/",
    "/contacts/",
    "/strategy/evidence/",
    "/using-this-site/",
]
WINDOWS = [(320, 568), (390, 844), (1280, 900)]
TWICE = {"standard": 32, "fixed": 26}
TOP_OF_HEADING = "() => document.querySelector('main h1').getBoundingClientRect().top"
SCREENS = "() => document.documentElement.scrollHeight / innerHeight"
WIDTH = "() => document.documentElement.scrollWidth"
DOORS = """() => [...document.querySelectorAll(".doors a")]
  .filter((door) => door.getBoundingClientRect().bottom <= innerHeight).length"""
SENTENCES = "() => document.querySelector('main').innerText"
NOT_KNOWN = re.compile(
    r"[^.\n]*\b(?:not know|not confirmed|not yet rung|not told us)\b[^.\n]*", re.IGNORECASE
)


def screens(browser, address):
    print("Top of the h1 at 320 x 568, then screens, then the whole page in bytes (gzip 6)")
    print(f"{'':32}{'h1':>6}" + "".join(f"{f'{w} x {h}':>12}" for w, h in WINDOWS) + f"{'gzip':>9}")
    for path in [*MEASURED, "/ur/", "/ur/guides/just-happened/"]:
        figures = []
        for width, height in WINDOWS:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(address + path)
            if not figures:
                figures.append(f"{page.evaluate(TOP_OF_HEADING):6.0f}")
            figures.append(f"{page.evaluate(SCREENS):12.1f}")
            page.close()
        with urllib.request.urlopen(address + path) as response:  # noqa: S310 - our own site
            size = len(gzip.compress(response.read(), 6))
        print(f"{path:32}{''.join(figures)}{size:9,}")


def first_screen(browser, address):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}/")
    print(f"Doors on the first screen of the home page at 390 x 844: {page.evaluate(DOORS)}")
    page.goto(f"{address}/services/")
    words = page.evaluate(SENTENCES)
    unknown = sum(len(match.split()) for match in NOT_KNOWN.findall(words))
    print(f"Words of /services/ that say what is not known: {unknown / len(words.split()):.0%}")


def twice_as_large(browser, address):
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": TWICE})
    widths = {}
    for path in MEASURED:
        page.goto(address + path)
        widths[path] = page.evaluate(WIDTH)
    widest = max(widths, key=widths.get)
    print(f"Widest page at 360 px with text at 200%: {widths[widest]} px ({widest})")


def main(address):
    with sync_playwright() as playwright:
        args = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
        browser = playwright.chromium.launch(executable_path=find_browser(), args=args)
        for table in (screens, first_screen, twice_as_large):
            table(browser, address)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
