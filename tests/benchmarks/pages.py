"""What a first visit weighs and how fast pages are made. Run by hand: make benchmark.

It opens every public page of the laptop's database through the whole stack of middleware.
"""

import gzip
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import brotli
import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from helphub import assets  # noqa: E402
from helphub.editions.page_files import FIRST_ROUND_TRIP, in_brotli  # noqa: E402
from helphub.editions.public_urls import without_language  # noqa: E402
from tests.support.addresses import in_language, public_pages  # noqa: E402

WEIGHED = ["/", "/help-now/", "/contacts/", "/topics/law/", "/ur/"]


def main():
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    paths = [in_language(p, code) for code in settings.BUILT_LANGUAGES for p in public_pages()]
    client.get("/")
    started = time.perf_counter()
    bodies = {path: client.get(path).content for path in paths}
    seconds = time.perf_counter() - started
    sizes = sorted(
        (
            (len(gzip.compress(body, 6)), len(in_brotli(body)), path)
            for path, body in bodies.items()
        ),
        reverse=True,
    )
    print(f"{len(paths)} pages in {seconds:.1f} s: {seconds / len(paths) * 1000:.1f} ms a page")
    print("The heaviest first visits, whole page in bytes (gzip 6, brotli):")
    for zipped, brotlied, path in sizes[:5]:
        print(f"  {zipped:6} {brotlied:6} {path}")
    print("The heaviest page of each language, in bytes (brotli as sent):")
    heaviest = {}
    for _, packed, path in sizes:
        code, _ = without_language(path)
        heaviest[code] = max(heaviest.get(code, (0, "")), (packed, path))
    for packed, path in heaviest.values():
        print(f"  {packed:6} {path}")
    over = sum(packed > FIRST_ROUND_TRIP for _, packed, _ in sizes)
    print(f"{over} of {len(paths)} are over {FIRST_ROUND_TRIP} bytes in brotli.")
    weigh(bodies)


def weigh(bodies):
    """The parts of a page, in bytes."""
    scripts = assets.head_script().text + assets.end_script().text
    styles = "".join(assets.style(name).text for name in assets.STYLES)
    rows = {"styles": styles.encode(), "scripts": scripts.encode()}
    rows |= {path: bodies[path] for path in WEIGHED if path in bodies}
    print("What a page carries, in bytes (as it is, gzip 6, brotli 7, brotli 11):")
    for name, body in rows.items():
        packed = [brotli.compress(body, quality=quality) for quality in (7, 11)]
        sizes = [len(data) for data in (body, gzip.compress(body, 6), *packed)]
        print("".join(f"{size:8}" for size in sizes), name)
    exit_at, path = max((body.find(b"data-exit href"), path) for path, body in bodies.items())
    print(f"The exit link begins at byte {exit_at} at the latest, on {path}.")


if __name__ == "__main__":
    main()
