"""Shares of an edition's pages: handed out by the publisher, made in the public role."""

import errno
import gc
import json
import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from helphub.content import clock, memory, router
from helphub.editions import answers, html_facts, makers, manifests, page_files, up_to_date
from helphub.editions.progress import QUIET, Quiet, StoppedError

# What a share says when it is done: its pages, their facts, and what they asked.
Share = dict[str, Any]

LONGEST_PAGE = 120  # Seconds. Even on a busy machine a page takes a tenth of one.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # Errors for a full disk, or a full quota.
MOST_MAKERS = 4
NICE = 5  # Readers and officers come before pages that aren't urgent.
FEW = 40  # One process makes this many pages sooner than two would.


class BuildError(Exception):
    """The pages could not be made. The message says what went wrong."""


def run(
    folder: Path,
    before: Path | None,
    todo: list[str],
    done: int = 0,
    progress: Quiet = QUIET,
    is_urgent: bool = True,
    is_shared: bool = False,
    meanwhile: Callable[[], object] = lambda: None,
) -> list[Share]:
    """Share the addresses out between processes of the public role, and call `meanwhile`."""
    if not todo:
        meanwhile()
        return []
    # More processes get a bigger share of a busy machine.
    most = MOST_MAKERS if is_urgent else min(os.cpu_count() or 1, MOST_MAKERS)
    count = min(most, 1 + len(todo) // FEW)
    maker = page_maker()
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


def _start(
    maker: makers.Maker,
    folder: Path,
    before: Path | None,
    todo: list[str],
    count: int,
    nice: int,
    is_shared: bool,
) -> None:
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


def _wait(maker: makers.Maker, folder: Path, count: int, report: Callable[[int], object]) -> None:
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


def page_maker() -> makers.Maker:
    """The process that makes pages in the public role."""
    # The public role requires an edition. Each child is told its own.
    environment = os.environ | {"HELPHUB_EDITION": os.devnull}
    if not settings.LAPTOP:
        environment |= {
            "HELPHUB_ROLE": "public",
            "ALLOWED_HOSTS": settings.PUBLIC_HOST,
            "PUBLIC_HOST": settings.PUBLIC_HOST,
        }
    return makers.kept(environment, up_to_date.code_fingerprint())


def _stop(maker: makers.Maker, folder: Path, count: int) -> None:
    """End the children at once. Their parent takes seconds to load, so end it only if we must."""
    maker.stop()
    for _ in range(50):
        if None not in [makers.status(folder, number) for number in range(count)]:
            return
        time.sleep(0.02)
    makers.end()


def _clear(folder: Path, number: int) -> None:
    """Remove what a share left behind, in this publication or an earlier round of it."""
    for name in ("share", "made", "done", "errors", "code"):
        (folder / f".{name}-{number}").unlink(missing_ok=True)


# One share, in a process of the public role


def build_share(number: int, before: Path | None = None) -> None:
    """Make the pages of one share."""
    folder = settings.EDITION
    publisher, today, is_shared, todo = json.loads((folder / f".share-{number}").read_bytes())
    old = manifests.pages_of(before) if before else {}
    old_facts = html_facts.of_edition(before) if before else {}
    site = WSGIHandler()
    recorder = answers.Recorder(today)
    # This process ends with its share. Constant garbage collection would cost a tenth of it.
    gc.freeze()
    gc.set_threshold(10_000)
    share: Share = {"pages": {}, "asked": {}, "until": {}, "facts": {}}
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
                response: Any = site.get_response(_request(address))
                page = page_files.print_page(
                    folder, address, response, before, old.get(address), is_shared
                )
                share["pages"][address] = page
                if page_files.is_html(page) and page["sha256"] not in old_facts:
                    # Read back from the file that readers will be sent.
                    share["facts"][page["sha256"]] = html_facts.facts_of_file(
                        folder / "pages" / (page["file"] + ".gz")
                    )
                _add_dependencies(share, address, recorder.asked)
                made.write(b".")
        recorder.add_answers(connection)
    share["things"] = recorder.things
    (folder / f".done-{number}").write_text(json.dumps(share))


def _request(address: str) -> WSGIRequest:
    """A reader's request for this page."""
    environ = {"PATH_INFO": address, "HTTP_HOST": settings.PUBLIC_HOST, "wsgi.url_scheme": "https"}
    setup_testing_defaults(environ)
    return WSGIRequest(environ)


def _add_dependencies(share: Share, address: str, dependencies: memory.Asked) -> None:
    """Note what a page asked, and the first day it waits for."""
    days = answers.dates_of(dependencies)
    if answers.Recorder.UNKNOWN not in dependencies:
        share["asked"][address] = sorted(dependencies - days)
    if days:
        share["until"][address] = min(days).isoformat()
