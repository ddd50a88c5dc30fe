"""Opens every page in every language and prints what is wrong. Run by hand: make languages.

It ends with status 1 if anything is wrong. ONLY=ur opens the pages of one language.
"""

import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from helphub.editions.public_urls import english  # noqa: E402
from tests.browser.language_faults import Reader, one_of_each_template  # noqa: E402
from tests.support import prepared  # noqa: E402
from tests.support.addresses import in_language  # noqa: E402
from tests.support.browsers import QUIET, find_browser  # noqa: E402
from tests.support.databases import on_a_file  # noqa: E402
from tests.support.running_site import running_site  # noqa: E402

BROWSERS = 2
PATIENCE = 120_000  # Milliseconds: other work may keep the machine busy.


def read(address, paths, code):
    """Every page in one language. Returns what a report says of it, in a form to send home."""
    places = [*(in_language(path, code) for path in paths), *one_of_each_template(code)]
    with sync_playwright() as playwright:
        args = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
        browser = playwright.chromium.launch(executable_path=find_browser(), args=args)
        reader = Reader(browser.new_page(base_url=address), code)
        reader.page.set_default_timeout(PATIENCE)
        for place in dict.fromkeys(places):
            reader.open(place)
        browser.close()
    return code, reader.pages, reader.heaviest, reader.most_latin, reader.faults


def report(results):
    """Print a line for each language as soon as it is read, then the faults. True if any."""
    print(f"{'':10} {'pages':>6} {'faults':>7}  heaviest, bytes in brotli; most Latin letters")
    rows = []
    for code, pages, (size, heaviest), (share, most_latin), faults in results:
        found = [(kind, place, what) for place in faults for kind, what in faults[place]]
        latin = f"; {share:.1%} {most_latin}" if share else ""
        print(f"{code:10} {pages:6} {len(found):7}  {size:,} {heaviest}{latin}", flush=True)
        rows += found
    if rows:
        print(f"\n{'fault':20} {'page':40} what")
    for kind, place, what in sorted(rows):
        print(f"{kind:20} {place:40} {what}")
    return bool(rows)


def main():
    if not find_browser():
        sys.exit("No Chromium was found. Install one, or name it in HUB_CHROMIUM.")
    chosen = os.environ.get("ONLY")
    codes = [code for code, _ in settings.LANGUAGES if chosen in (None, "", code)]
    with on_a_file(prepared.database_file()):
        paths = english()
    with (
        tempfile.TemporaryDirectory(prefix="helphub-languages-") as folder,
        running_site(Path(folder)) as address,
        ProcessPoolExecutor(BROWSERS) as pool,
    ):
        is_wrong = report(pool.map(partial(read, address, paths), codes))
    sys.exit(is_wrong)


if __name__ == "__main__":
    main()
