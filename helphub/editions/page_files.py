"""The files of a page: their names, and how they are written or taken from another edition."""

import gzip
import os
import re
from pathlib import Path

import brotli
from django.http import HttpResponse, StreamingHttpResponse

from helphub.editions.integrity import TWINS, digest
from helphub.editions.manifests import Page

BROTLI_QUALITY, GZIP_LEVEL = 7, 6
# What fits the ten packets of a connection's first round trip.
FIRST_ROUND_TRIP = 14_600
# A page that is nearly as long is packed with more care, which makes it 7% smaller and takes 130
# ms, not 10.
LONG, WITH_MORE_CARE = 14_300, 11
# Headers that the front server sets, or that differ between readers.
NOT_KEPT = {"Content-Length", "Content-Encoding", "Vary", "Content-Type"}
# The parts that only say which day a page was made.
DAY = re.compile(rb'<time datetime="[0-9-]+">[^<]*</time>|data-built="[0-9]+"')


def file_of(address: str) -> str:
    """Where an address is stored under pages/. A folder each would be larger than some pages."""
    name = address.strip("/")
    return f"{name or 'index'}.html" if address.endswith("/") else name


def print_page(
    folder: Path,
    address: str,
    response: HttpResponse | StreamingHttpResponse,
    before: Path | None,
    old: Page | None,
    is_shared: bool = False,
) -> Page:
    """Write a response into its files. Returns the page's entry for the manifest."""
    body = response.getvalue() if response.streaming else response.content
    page: Page = {
        "file": None,
        "status": response.status_code,
        "type": response.get("Content-Type", ""),
        "headers": {k: v for k, v in response.headers.items() if k not in NOT_KEPT},
        "sha256": digest(body),
        "bytes": len(body),
    }
    if response.cookies:
        page["headers"]["Set-Cookie"] = response.cookies.output(header="").strip()
    if not body:
        return page
    page["file"] = file_of(address)
    if before and old and old["file"] == page["file"] and _is_same(before, old, page, body):
        page |= {name: old[name] for name in (*TWINS, "bytes")}
        if take(folder, before, page, is_shared):
            return page | {"sent": sent(folder, page)}
        page |= {"sha256": digest(body), "bytes": len(body)}
    path = folder / "pages" / page["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    zipped = gzip.compress(body, GZIP_LEVEL, mtime=0)
    packed = in_brotli(body)
    for suffix, content in (("", body), (".gz", zipped), (".br", packed)):
        path.with_name(path.name + suffix).write_bytes(content)
    return page | {"gz": digest(zipped), "br": digest(packed), "sent": len(packed)}


def in_brotli(body: bytes) -> bytes:
    """A page in brotli, which all browsers that the scripts support take."""
    packed = brotli.compress(body, quality=BROTLI_QUALITY)
    if len(packed) < LONG:
        return packed
    return brotli.compress(body, quality=WITH_MORE_CARE)


def _is_same(before: Path, old: Page, page: Page, body: bytes) -> bool:
    """Whether a page reads as it did in the previous edition. If so, it keeps its old date."""
    if old["sha256"] == page["sha256"]:
        return True
    try:
        was = (before / "pages" / old["file"]).read_bytes()
    except OSError:
        return False
    return DAY.sub(b"", was) == DAY.sub(b"", body) and old["headers"] == page["headers"]


def take(folder: Path, before: Path, page: Page, is_shared: bool = False) -> bool:
    """Take a page's files from the previous edition, unless they have been altered.

    Shared files are hard links, so any damage affects both editions.
    """
    if page["file"] is None:
        return True
    names = {suffix: before / "pages" / (page["file"] + suffix) for suffix in TWINS.values()}
    try:
        contents = {suffix: path.read_bytes() for suffix, path in names.items()}
    except OSError:
        return False
    if any(digest(contents[suffix]) != page[name] for name, suffix in TWINS.items()):
        return False
    path = folder / "pages" / page["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    for suffix, content in contents.items():
        new = path.with_name(path.name + suffix)
        if is_shared:
            os.link(names[suffix], new)
        else:
            new.write_bytes(content)
    return True


def sent(folder: Path, page: Page) -> int:
    """How many bytes a phone receives: all browsers that the scripts support take brotli."""
    return (folder / "pages" / (page["file"] + TWINS["br"])).stat().st_size


def is_html(page: Page) -> bool:
    return page["file"] is not None and page["type"].startswith("text/html")
