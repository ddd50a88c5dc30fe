"""The front: checks the current edition's pages and copies them to where nginx serves them from.

nginx can't check a hash, or read a page's headers from a manifest. This takes each new edition
instead. It refuses an edition with an altered file, copies the pages, and writes the files that
nginx includes, so a page has the same headers whichever server sends it.

Every page's path leads through the link "open", which exists only while nginx has the current
edition. If anything fails here, the link goes and the application answers, because it finds the
current edition by itself. This then tries again. If this ends or hangs, the unit removes the link.
At each request nginx also checks whether its edition was erased or forbidden.

    <front>/000041-<time>/   pages/  http.conf  server.conf  page.conf  emergency.conf  headers.conf
    <front>/current          a link to the copy that nginx reads
    <front>/open             a link to the folder itself
    <front>/packed/          pages compressed at brotli's best quality, named by their SHA-256
    <front>/taken            written after each change, when nginx must reload
    <front>/beat             touched twice a second while this runs
    <front>/fault            why the current edition is missing, if it is
"""

import argparse
import logging
import os
import shutil
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import brotli
import django

from deploy.nginx.configuration import FrontError, while_it_may_be_shown, write_configuration

logger = logging.getLogger(__name__)

PAUSE = 0.5
RETRY = 5  # Seconds before we retry an edition that could not be taken.
LOOK_AT_FILES = 20  # Seconds between checks that nginx's copy is intact.
PACKED = "packed"
# The best quality takes 20 times as long as quality 7, but no reader is waiting.
BEST = 11
PACKING = 0.2  # Seconds to spend on compressing, each time round.


def take(edition, front, step=lambda: None):
    """Check an edition, copy it to the front and switch to it.

    Without an edition, only the emergency page is written. Calls `step` for each file. Returns the
    SHA-256 of each copied file, by name.
    """
    from helphub.editions import store

    name = f"{edition.name if edition else '000000'}-{time.time_ns():x}"
    work = front / f".work-{name}"
    _clear_unfinished(front)
    (work / "pages").mkdir(parents=True)
    pages, hashes = {}, {}
    emergency, emergency_headers = _emergency_of_code()
    if edition is not None:
        if store.is_forbidden(edition):
            raise FrontError(f"Edition {edition.name} shows something that was withdrawn.")
        pages, hashes = _copied(edition, work, front / PACKED, step)
        page = pages["/emergency/"]
        emergency = (work / "pages" / page["file"]).read_bytes()
        emergency_headers = page["headers"]
    (work / "emergency.html").write_bytes(emergency)
    write_configuration(work, front / name, pages, emergency_headers)
    (work / "server.conf").write_text(while_it_may_be_shown(edition))
    work.rename(front / name)
    link = front / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(front / "current")
    (front / "taken").write_text(f"{name}\n")
    _clear_away(front)
    return hashes


def _clear_unfinished(front):
    for old in front.glob(".work-*"):
        shutil.rmtree(old, ignore_errors=True)


def _emergency_of_code():
    from django.conf import settings
    from django.test import Client

    client = Client(headers={"host": settings.PUBLIC_HOST})
    response = client.get("/emergency/", secure=True)
    return response.content, dict(response.headers)


def _copied(edition, work, packed, step):
    """Check and copy an edition's files. Returns the pages for nginx by address, and the SHA-256 of
    each file by name.

    Reuses pages that were compressed at the best quality for an earlier edition.
    """
    from helphub.editions import manifests
    from helphub.editions.integrity import TWINS, digest

    pages, hashes = manifests.with_all_headers(manifests.read_manifest(edition)), {}
    for page in pages.values():
        if page["file"] is None:
            continue
        for name, suffix in TWINS.items():
            step()
            body = (edition / "pages" / (page["file"] + suffix)).read_bytes()
            if digest(body) != page[name]:
                raise FrontError(f"{page['file']}{suffix} of edition {edition.name} was altered.")
            if name == "br":
                body = _packed(packed, page) or body
            new = work / "pages" / (page["file"] + suffix)
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(body)
            hashes[f"pages/{page['file']}{suffix}"] = digest(body)
    served = {
        address: page
        for address, page in pages.items()
        # The application sends non-pages, and addresses in scripts whose case nginx might fold.
        if page["status"] == 200
        and page["type"] == "text/html; charset=utf-8"
        and page["file"].endswith(".html")
        and address.isascii()
    }
    return served, hashes


def _packed(folder, page):
    """The page at the best compression, if it exists and still unpacks to the same page."""
    from helphub.editions.integrity import digest

    path = folder / page["sha256"]
    try:
        body = path.read_bytes()
        if digest(brotli.decompress(body)) == page["sha256"]:
            return body
    except OSError:
        return None
    except brotli.error:
        pass
    path.unlink()  # It was altered, so it is compressed again.
    return None


def _clear_away(front):
    """Keep the current copy and the one before, because nginx may still be sending from that."""
    folders = sorted(front.glob("[0-9]*-*"), key=lambda folder: folder.stat().st_mtime)
    for old in folders[:-2]:
        shutil.rmtree(old, ignore_errors=True)


NOTHING = object()  # Unlike None, which means that there is no edition.
FAILS = (FrontError, OSError, KeyError, TypeError, ValueError, AttributeError)


class Front:
    """Follows the current edition. nginx has it, or has no pages and asks the application."""

    def __init__(self, front, reload=lambda: None, is_followed=False):
        self.front, self.reload, self.is_followed = front, reload, is_followed
        self.shown = NOTHING  # The edition that nginx has.
        self.failed = NOTHING  # The edition that could not be taken. Retried after `not_before`.
        self.not_before = self.look_at_files_at = 0.0
        self.to_pack = []  # Pages to compress again: (SHA-256, file).
        self.pack_again_at = 0.0
        self.hashes = {}  # The SHA-256 of each file of nginx's copy.

    def look(self):
        """Take the current edition if it is new. Returns whether nginx now has it."""
        from helphub.editions import store

        self.step()
        edition = store.current()
        if edition == self.shown and self.is_whole():
            self.pack()
            return True
        if edition == self.failed and time.monotonic() < self.not_before:
            return False
        try:
            if edition is None and self.shown not in (None, NOTHING):
                raise FrontError("There is no current edition any more.")
            self.hashes = take(edition, self.front, self.step)
        except (store.StoreError, *FAILS) as error:
            self.give_up(edition, error)
            return False
        self.shown, self.failed = edition, NOTHING
        self.look_at_files_at = time.monotonic() + LOOK_AT_FILES
        (self.front / "fault").unlink(missing_ok=True)
        self.reload()
        if self.is_followed:
            self.open()
        self.note_what_to_pack()
        return True

    def is_whole(self):
        """Whether nginx's copy is intact. Checked every twenty seconds."""
        from helphub.editions import integrity

        if self.shown is None or time.monotonic() < self.look_at_files_at:
            return True
        self.look_at_files_at = time.monotonic() + LOOK_AT_FILES
        altered = integrity.altered(self.front / "current", self.hashes)
        if altered:
            self.close()
            self.shown = NOTHING
            logger.error("%s of nginx's copy was altered: it is being copied again.", altered)
        return altered is None

    def note_what_to_pack(self):
        """List the pages still to be compressed, and delete files that no page uses any more."""
        from helphub.editions import manifests, store

        pages = {}
        if self.shown not in (None, NOTHING):
            with suppress(store.StoreError, *FAILS):  # It has just been erased.
                pages = manifests.pages_of(self.shown)
        files = {page["sha256"]: page["file"] for page in pages.values()}
        with suppress(OSError):  # On a full disk, keep the pages as they are.
            (self.front / PACKED).mkdir(exist_ok=True)
            for path in (self.front / PACKED).iterdir():
                if files.pop(path.name, None) is None:
                    path.unlink()
        # Reversed because `pack` takes the last one first, and the home page should come first.
        self.to_pack = [(sha256, file) for sha256, file in files.items() if file][::-1]

    def pack(self):
        """Compress a few more pages at the best quality."""
        from helphub.editions.integrity import digest

        until = time.monotonic() + PACKING
        while self.to_pack and self.pack_again_at <= time.monotonic() < until:
            sha256, file = self.to_pack.pop()
            path = (self.front / "current" / "pages" / file).resolve()
            try:
                body = path.read_bytes()
                if digest(body) == sha256:
                    packed = brotli.compress(body, quality=BEST)
                    _replace(self.front / PACKED / sha256, packed)
                    _replace(path.with_name(f"{path.name}.br"), packed)
                    self.hashes[f"pages/{file}.br"] = digest(packed)
            except (OSError, brotli.error):
                # The disk may be full. Until there is room, the pages will do as they are.
                self.to_pack.append((sha256, file))
                self.pack_again_at = time.monotonic() + RETRY

    def step(self):
        """Report that this is running, and close the front if its edition may not be shown.

        It is also called between the files of a long copy.
        """
        with suppress(OSError):
            (self.front / "beat").touch()
        tell_systemd("WATCHDOG=1")
        if self.shown not in (None, NOTHING) and not may_be_shown(self.shown):
            self.close()
            self.shown = NOTHING
        if _clear_erased(self.front):
            self.note_what_to_pack()

    def give_up(self, edition, error):
        """Make nginx ask the application for every page until this edition can be taken."""
        self.close()
        if edition != self.failed:
            logger.error("nginx has no pages for now; the application answers. %s", error)
        self.shown, self.failed = NOTHING, edition
        _clear_unfinished(self.front)
        # A full disk may only have room for this note now, after the clean-up.
        with suppress(OSError):
            (self.front / "fault").write_text(f"{error}\n")
        if not (self.front / "current").exists():
            with suppress(OSError):
                take(None, self.front)
                self.reload()
        self.not_before = time.monotonic() + RETRY

    def open(self):
        self.close()
        (self.front / "open").symlink_to(".")

    def close(self):
        (self.front / "open").unlink(missing_ok=True)


def _replace(path, content):
    """Replace a file in one step, so readers get either the old one or the new one, whole."""
    new = path.with_name(f".new-{path.name}")
    try:
        new.write_bytes(content)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def may_be_shown(edition):
    """Whether an edition still exists and has not been forbidden."""
    from helphub.editions import store

    return (edition / "manifest.json").exists() and not store.is_forbidden(edition)


def _clear_erased(front):
    """Delete our copies of erased editions, because somebody could be found through their pages.

    The files that nginx reads at startup stay until another edition replaces them. Returns whether
    any pages were deleted.
    """
    from helphub.editions import store

    if store.current() is None:
        return False  # The whole editions folder may be missing for a moment.
    has_cleared = False
    for copy in front.glob("[0-9]*-*"):
        number = int(copy.name.partition("-")[0])
        if number and not store.folder_of(number).exists():
            has_cleared |= (copy / "pages").exists()
            shutil.rmtree(copy / "pages", ignore_errors=True)
            if copy != (front / "current").resolve():
                shutil.rmtree(copy, ignore_errors=True)
    return has_cleared


def tell_systemd(text):
    """Tell systemd that this is ready or running. Without that, systemd restarts it."""
    if name := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            connection.connect(name.replace("@", "\0", 1) if name.startswith("@") else name)
            connection.send(text.encode())


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Put the current edition where nginx serves it.")
    parser.add_argument("front", type=Path, help="the folder that nginx serves from")
    parser.add_argument("--watch", action="store_true", help="stay, and take each new edition")
    parser.add_argument(
        "--nginx", type=Path, nargs="*", default=[], help="the pid file of each nginx to reload"
    )
    options = parser.parse_args(arguments)
    os.umask(0o022)  # nginx must be able to read the files, whichever user started this.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")
    django.setup()

    def reload():
        for file in options.nginx:
            # An nginx that isn't running reads the front when it starts.
            with suppress(OSError, ValueError):
                os.kill(int(file.read_text()), signal.SIGHUP)

    front = Front(options.front.resolve(), reload, is_followed=options.watch)
    if options.watch:
        front.close()  # An earlier process may have been killed and left it.
    front.look()
    if not options.watch:
        return
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    tell_systemd("READY=1")
    try:
        while not over.wait(PAUSE):
            front.look()
    finally:
        front.close()


if __name__ == "__main__":
    main()
