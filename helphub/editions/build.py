"""Build: the public role runs on a baked file and prints every page into files.

A page depends on this code, on what it asks of the content, and on whether certain days have come.
The edition keeps what each page asks and the first day it waits for. If every answer matches the
previous edition and that day has not come, the page is the same. Its files are then taken from that
edition instead of being made again.
"""

import errno
import gc
import gzip
import hashlib
import json
import os
import re
import sys
import time
from datetime import date

import brotli
import django
from django.conf import settings
from django.test import Client

from contacts import critical
from helphub.content import clock, memory, router
from helphub.editions import answers, html_facts, makers, manifests, public_urls
from helphub.editions.integrity import TWINS, digest
from helphub.editions.progress import (
    CHECKING,
    MAKING,
    QUIET,
    READING,
    StoppedError,
)

BROTLI_QUALITY, GZIP_LEVEL = 7, 6
LONGEST_PAGE = 120  # Seconds. Even on a busy machine a page takes a tenth of one.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # Errors for a full disk, or a full quota.
MOST_MAKERS = 4
NICE = 5  # Readers and officers come before pages that aren't urgent.
FEW = 40  # One process makes this many pages sooner than two would.
# Headers that the front server sets, or that differ between readers.
NOT_KEPT = {"Content-Length", "Content-Encoding", "Vary", "Content-Type"}


class BuildError(Exception):
    """The pages could not be made. The message says what went wrong."""


def left_for_later(folder, pages):
    """The pages for which the edition has no notes. The next edition makes them."""
    return set(pages) - set(answers.of_edition(folder)["pages"])


def file_of(address):
    """Where an address is stored under pages/. A folder each would be larger than some pages."""
    name = address.strip("/")
    return f"{name or 'index'}.html" if address.endswith("/") else name


def code_mark():
    """A hash of the code that turns content into pages, and of the settings they show."""
    mark = hashlib.sha256()
    for part in ("helphub", "strategy", "contacts", "services", "templates", "static"):
        for path in sorted((settings.BASE_DIR / part).rglob("*")):
            if path.suffix in {".py", ".html", ".css", ".js", ".mo"}:
                mark.update(path.read_bytes())
    names = ["OWNER", "EXIT_URL", "SECURITY_CONTACT", "PUBLIC_HOST", "LAPTOP"]
    names += ["OFFERED_LANGUAGES", "REVIEWED_LANGUAGES"]
    values = [(name, getattr(settings, name)) for name in names]
    mark.update(repr((values, django.VERSION, sys.version_info)).encode())
    return mark.hexdigest()


def pages_mark(folder):
    """Changes when pages may differ even though the content and the day are the same."""
    mark = hashlib.sha256(code_mark().encode())
    mark.update((folder / critical.PATH.name).read_bytes())
    return mark.hexdigest()


def is_of_this_code(folder):
    """Whether this code would make the same pages as this edition has."""
    return answers.of_edition(folder).get("code") == pages_mark(folder)


def is_of_today(folder):
    """Whether an edition's pages would be the same if we made them today."""
    record = answers.of_edition(folder)
    with router.reading(folder) as connection:
        same = answers.unchanged(connection, record, pages_mark(folder))
    return set(manifests.pages_of(folder)) <= same


# The whole build


def build(folder, before=None, progress=QUIET, signs=None, is_shared=False):
    """Make every page of a baked edition. Returns the pages by address, for the manifest.

    Pages that are the same in the previous edition are copied, or shared with it if `is_shared`.
    Given signs of what was withdrawn, we make only the changed pages that show one of them. The
    next edition makes the rest, because nothing is noted about what they asked.
    """
    with router.reading(folder):
        wanted = public_urls.everything()
    progress.at(READING)
    with router.reading(folder) as connection:
        mark = pages_mark(folder)
        record = answers.of_edition(before) if before else {}
        # Starting the page maker takes as long as working out which pages can stay.
        same = answers.unchanged(connection, record, mark, begin=_maker)
    pages = {}
    old = manifests.pages_of(before) if before else {}
    stay = {
        address
        for address in wanted
        if address in old and (address in same or _may_wait(before, address, old[address], signs))
    }
    above = set(public_urls.of_one_language())
    # security.txt when no contact is set: it did not exist before and still doesn't.
    absent = {address for address in same & above if address not in old}

    def take_what_stays():
        for address in wanted:
            progress.at(MAKING if todo else READING)
            if address in stay and take(folder, before, old[address], is_shared):
                pages[address] = old[address]

    options = {"progress": progress, "is_urgent": signs is not None, "is_shared": is_shared}
    todo = [address for address in wanted if address not in stay | absent]
    shares = run(folder, before, todo, len(stay), meanwhile=take_what_stays, **options)
    # Pages with damaged files must be made as well.
    if lost := [address for address in wanted if address in stay and address not in pages]:
        shares += run(folder, before, lost, len(wanted) - len(lost), **options)
    asked = answers.Dependencies()
    if not_made := same & {*pages, *absent}:
        asked.add(record["things"], {a: record["pages"][a] for a in not_made}, record["until"])
    read = html_facts.of_edition(before) if before else {}
    for share in shares:
        pages |= share["pages"]
        asked.add(share["things"], share["asked"], share["until"])
        read |= share["facts"]
    # Unchanged pages have already been read, unless those facts were lost.
    for page in pages.values():
        progress.at(CHECKING)
        if is_html(page) and page["sha256"] not in read:
            read[page["sha256"]] = html_facts.facts_of_file(
                folder / "pages" / (page["file"] + ".gz")
            )
    shown = {page["sha256"] for page in pages.values()}
    html_facts.write(
        folder, {mark: page_facts for mark, page_facts in read.items() if mark in shown}
    )
    made_by = {"code": mark, "day": clock.today().isoformat()}
    answers.write(folder, made_by | asked.as_json())
    # In address order, whichever process made them.
    is_missing = {a for a, p in pages.items() if p["status"] == 404 and a != public_urls.NOT_FOUND}
    return {a: pages[a] for a in wanted if a in pages and not (a in above and a in is_missing)}


def _may_wait(before, address, page, signs):
    """Whether a page that may differ can stay for now, because it shows nothing withdrawn."""
    if signs is None or page["file"] != file_of(address):
        return False
    try:
        return not signs.are_in(before / "pages" / page["file"])
    except OSError:
        return False


def run(
    folder,
    before,
    todo,
    done=0,
    progress=QUIET,
    is_urgent=True,
    is_shared=False,
    meanwhile=lambda: None,
):
    """Share the addresses out between processes of the public role, and call `meanwhile`."""
    if not todo:
        meanwhile()
        return []
    # More processes get a bigger share of a busy machine.
    most = MOST_MAKERS if is_urgent else min(os.cpu_count() or 1, MOST_MAKERS)
    count = min(most, 1 + len(todo) // FEW)
    maker = _maker()
    try:
        _start(maker, folder, before, todo, count, 0 if is_urgent else NICE, is_shared)
        progress.pages(done, done + len(todo), 0)
        meanwhile()
        _wait(
            maker, folder, count, lambda made: progress.pages(done + made, done + len(todo), made)
        )
    except StoppedError:
        _stop(maker, folder, count)
        raise
    except BaseException:
        makers.end()
        raise
    progress.pages(done + len(todo), done + len(todo), len(todo))
    shares = []
    for number in range(count):
        shares.append(json.loads((folder / f".done-{number}").read_bytes()))
        _clear(folder, number)
    return shares


def _start(maker, folder, before, todo, count, nice, is_shared):
    """Let a child of the page maker begin each share.

    The addresses are in language order, so each child works in only a few languages.
    """
    ends = [len(todo) * number // count for number in range(count + 1)]
    for number in range(count):
        _clear(folder, number)
        part = todo[ends[number] : ends[number + 1]]
        share = [maker.process.pid, clock.today().isoformat(), is_shared, part]
        (folder / f".share-{number}").write_text(json.dumps(share))
        maker.start(folder, number, before, nice)


def _wait(maker, folder, count, report):
    """Wait until all shares are done, reporting how many pages are made. Raises any failure."""
    counts = [folder / f".made-{number}" for number in range(count)]
    made, moved_at = 0, time.monotonic()
    while None in (codes := [makers.status(folder, number) for number in range(count)]):
        if any(codes) or not maker.is_running():
            break
        now_made = sum(path.stat().st_size for path in counts if path.exists())
        if now_made > made:
            made, moved_at = now_made, time.monotonic()
        elif time.monotonic() - moved_at > LONGEST_PAGE:
            raise BuildError(
                f"No page was made for {LONGEST_PAGE} seconds. Check whether this machine "
                "is busy with something else, then publish again."
            )
        report(made)
        time.sleep(0.02)
    for number, code in enumerate(codes):
        if code in FULL:
            raise OSError(code, os.strerror(code))
        if code is not None and code > 0:
            errors = (folder / f".errors-{number}").read_text(errors="replace")
            raise BuildError(errors.strip()[-2000:])
    if any(code != 0 for code in codes):
        raise BuildError("A process making pages was killed from outside. Publish again.")


def _maker():
    """The process that makes pages in the public role."""
    # The public role requires an edition. Each child is told its own.
    environment = os.environ | {"HELPHUB_EDITION": os.devnull}
    if not settings.LAPTOP:
        environment |= {
            "HELPHUB_ROLE": "public",
            "ALLOWED_HOSTS": settings.PUBLIC_HOST,
            "PUBLIC_HOST": settings.PUBLIC_HOST,
        }
    return makers.kept(environment, code_mark())


def _stop(maker, folder, count):
    """End the children at once. Their parent takes seconds to load, so end it only if we must."""
    maker.stop()
    for _ in range(50):
        if None not in [makers.status(folder, number) for number in range(count)]:
            return
        time.sleep(0.02)
    makers.end()


def _clear(folder, number):
    """Remove what a share left behind, in this publication or an earlier round of it."""
    for name in ("share", "made", "done", "errors", "code"):
        (folder / f".{name}-{number}").unlink(missing_ok=True)


def take(folder, before, page, is_shared=False):
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


# One share, in a process of the public role


def build_share(number, before=None):
    """Make the pages of one share."""
    folder = settings.EDITION
    publisher, today, is_shared, todo = json.loads((folder / f".share-{number}").read_bytes())
    old = manifests.pages_of(before) if before else {}
    old_facts = html_facts.of_edition(before) if before else {}
    client = Client(headers={"host": settings.PUBLIC_HOST}, raise_request_exception=False)
    recorder = answers.Recorder(today)
    # This process ends with its share. Constant garbage collection would cost a tenth of it.
    gc.freeze()
    gc.set_threshold(10_000)
    pages, asked, until, read = {}, {}, {}, {}
    with (
        # Midnight may pass meanwhile, but an edition belongs to one day.
        clock.fixed(date.fromisoformat(today)),
        router.reading(folder) as connection,
        (folder / f".made-{number}").open("ab", buffering=0) as made,
    ):
        with connection.execute_wrapper(recorder), memory.using(recorder):
            for address in todo:
                if os.getppid() != publisher:
                    raise BuildError("The publisher has ended, so these pages are not needed.")
                recorder.asked = set()
                response = client.get(address, secure=True)
                page = print_page(folder, address, response, before, old.get(address), is_shared)
                pages[address] = page
                if is_html(page) and page["sha256"] not in old_facts:
                    # Read back from the file that readers will be sent.
                    read[page["sha256"]] = html_facts.facts_of_file(
                        folder / "pages" / (page["file"] + ".gz")
                    )
                days = answers.dates_of(recorder.asked)
                if recorder.UNKNOWN not in recorder.asked:
                    asked[address] = sorted(recorder.asked - days)
                if days:
                    until[address] = min(days).isoformat()
                made.write(b".")
        recorder.add_answers(connection)
    share = {"pages": pages, "asked": asked, "until": until, "facts": read}
    share["things"] = recorder.things
    (folder / f".done-{number}").write_text(json.dumps(share))


def print_page(folder, address, response, before, old, is_shared=False):
    """Write a response into its files. Returns the page's entry for the manifest."""
    body = response.getvalue() if response.streaming else response.content
    page = {
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
    if old and old["file"] == page["file"] and _is_same(before, old, page, body):
        page |= {name: old[name] for name in (*TWINS, "bytes")}
        if take(folder, before, page, is_shared):
            return page | {"sent": sent(folder, page)}
        page |= {"sha256": digest(body), "bytes": len(body)}
    path = folder / "pages" / page["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    zipped = gzip.compress(body, GZIP_LEVEL, mtime=0)
    packed = brotli.compress(body, quality=BROTLI_QUALITY)
    for suffix, content in (("", body), (".gz", zipped), (".br", packed)):
        path.with_name(path.name + suffix).write_bytes(content)
    return page | {"gz": digest(zipped), "br": digest(packed), "sent": len(packed)}


# The parts that only say which day a page was made.
DAY = re.compile(rb'<time datetime="[0-9-]+">[^<]*</time>|data-built="[0-9]+"')


def _is_same(before, old, page, body):
    """Whether a page reads as it did in the previous edition. If so, it keeps its old date."""
    if old["sha256"] == page["sha256"]:
        return True
    try:
        was = (before / "pages" / old["file"]).read_bytes()
    except OSError:
        return False
    return DAY.sub(b"", was) == DAY.sub(b"", body) and old["headers"] == page["headers"]


def sent(folder, page):
    """How many bytes a phone receives: all browsers that the scripts support take brotli."""
    return (folder / "pages" / (page["file"] + TWINS["br"])).stat().st_size


def is_html(page):
    return page["file"] is not None and page["type"].startswith("text/html")
