"""Serve: the current edition's pages, from memory, in front of Django.

This is a WSGI application around Django's. It knows nothing about databases: its pages are bytes
that were made, checked and loaded beforehand. Everything else (find, health, the admin, unknown
addresses) goes on to Django, along with the edition to read.
"""

import gzip
import logging
import threading
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http.request import split_domain_port, validate_host

from helphub.editions import integrity, manifests, store
from helphub.editions.integrity import digest

Headers = list[tuple[str, str]]
Bodies = dict[str, bytes]  # By SHA-256.
EmergencyAnswer = Callable[[WSGIEnvironment, StartResponse, int], Iterable[bytes]]

logger = logging.getLogger(__name__)

RECHECK = 0.5  # Seconds between checks for a new current edition.
RETRY = 10  # Seconds before we retry an edition that failed to load.
REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class WrongHashError(Exception):
    """A file of an edition doesn't match its manifest."""


class Page:
    """A page's bytes as sent, and its headers for each encoding."""

    def __init__(self, page: manifests.Page, zipped: bytes, packed: bytes) -> None:
        self.status = REASONS[page["status"]]
        self.zipped, self.packed = zipped, packed
        common: Headers = [(name, value) for name, value in page["headers"].items()]
        common.append(("Content-Type", page["type"]))
        common.append(("Vary", "Accept-Encoding"))
        self.plain_headers = [*common, ("Content-Length", str(page["bytes"]))]
        self.zipped_headers = [
            *common,
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(zipped))),
        ]
        self.packed_headers = [
            *common,
            ("Content-Encoding", "br"),
            ("Content-Length", str(len(packed))),
        ]

    def answer(self, accepted: str) -> tuple[Headers, bytes]:
        """The headers and the body in the encoding that the client accepts."""
        if accepted == "br" and self.packed:
            return self.packed_headers, self.packed
        if accepted == "gzip" and self.zipped:
            return self.zipped_headers, self.zipped
        return self.plain_headers, gzip.decompress(self.zipped) if self.zipped else b""


class Edition:
    """An edition in memory. Loading checks every file, and one wrong hash refuses the edition."""

    def __init__(self, folder: Path, loaded_bodies: Bodies | None = None) -> None:
        if store.is_forbidden(folder):
            raise store.StoreError(f"Edition {folder.name} shows something that was withdrawn.")
        self.folder = folder
        manifest = manifests.read_manifest(folder)
        if altered := integrity.altered_file(folder, manifest):
            raise WrongHashError(f"{altered} of edition {folder.name} was altered.")
        self.bodies: Bodies = {}
        self.pages: dict[str, Page] = {}
        for address, page in manifests.with_all_headers(manifest).items():
            zipped = packed = b""
            if page["file"] is not None:
                path = folder / "pages" / page["file"]
                zipped = self._read(path.with_name(path.name + ".gz"), page["gz"], loaded_bodies)
                packed = self._read(path.with_name(path.name + ".br"), page["br"], loaded_bodies)
            self.pages[address] = Page(page, zipped, packed)

    def _read(self, path: Path, sha256: str, loaded_bodies: Bodies | None) -> bytes:
        """A file's bytes, checked. If the previous edition has the same bytes, both share them."""
        body = path.read_bytes()
        if digest(body) != sha256:
            raise WrongHashError(f"{path.name} of edition {self.folder.name} was altered.")
        self.bodies[sha256] = body = (loaded_bodies or {}).get(sha256, body)
        return body


class Server:
    """The edition in service, with Django behind it."""

    def __init__(self, django: WSGIApplication, emergency_answer: EmergencyAnswer) -> None:
        if not (settings.LAPTOP or settings.EDITIONS_DIR.is_dir()):
            raise ImproperlyConfigured(
                f"EDITIONS_DIR is {settings.EDITIONS_DIR}, but that folder does not exist. Create "
                "it, or set EDITIONS_DIR to the folder that manage.py publish writes to."
            )
        self.django = django
        self.emergency_answer = emergency_answer
        self.edition: Edition | None = None
        # The edition that failed to load. `why` and `not_before` belong to it.
        self.refused: Path | None = None
        self.why = ""
        self.not_before = 0.0
        self.looked_at = 0.0
        self.lock = threading.Lock()
        self._load_first()

    def _load_first(self) -> None:
        """Load the current edition, or the newest earlier one that is whole."""
        self.looked_at = time.monotonic()
        current = store.current()
        for folder in store.newest_first():
            if self._load(folder):
                break
        if (self.edition and self.edition.folder) != current:
            self.refused, self.not_before = current, time.monotonic() + RETRY
        if self.edition is None and not settings.FOR_OFFICERS:
            logger.error("There is no edition to serve, so every page is the emergency page.")

    def _load(self, folder: Path) -> bool:
        loaded_bodies = self.edition.bodies if self.edition else None
        try:
            self.edition = Edition(folder, loaded_bodies)
        except Exception as error:
            # Whatever is wrong with its files, readers keep the previous edition.
            if (folder, str(error)) != (self.refused, self.why):
                logger.error("Edition %s cannot be served: %s", folder.name, error)
            self.refused, self.why = folder, str(error)
            self.not_before = time.monotonic() + RETRY
            return False
        return True

    def current(self) -> Edition | None:
        """The edition in service, after checking whether it is still current."""
        is_due = time.monotonic() - self.looked_at > RECHECK
        if is_due and self.lock.acquire(blocking=False):
            # One thread checks and loads. The others carry on with the edition they have.
            try:
                self.look()
            finally:
                self.lock.release()
        return self.edition

    def look(self) -> None:
        """Load the current edition if it isn't the one in service."""
        self.looked_at = time.monotonic()
        folder = store.current()
        served = self.edition.folder if self.edition else None
        if folder is None or folder == served:
            return
        if folder == self.refused and time.monotonic() < self.not_before:
            return
        if self._load(folder):
            self.refused = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return self.answer(environ, start_response)
        except Exception:
            # Left to itself, the WSGI server would log the address and send its own page.
            logger.error("A request failed before a page could answer it.")
            return self.emergency_answer(environ, start_response, 500)

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        edition = self.current()
        environ["helphub.edition"] = edition and edition.folder
        if edition is None:
            return self._without_edition(environ, start_response)
        page = edition.pages.get(environ["PATH_INFO"])
        method = environ["REQUEST_METHOD"]
        if page is None or method not in ("GET", "HEAD") or not is_ours(environ):
            return self.django(environ, start_response)
        headers, body = page.answer(taken(environ.get("HTTP_ACCEPT_ENCODING", "")))
        start_response(page.status, list(headers))
        return [body] if method == "GET" else []

    def _without_edition(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if settings.FOR_OFFICERS or path.startswith(("/healthz/", "/static/")):
            return self.django(environ, start_response)
        return self.emergency_answer(environ, start_response, 503)


@lru_cache(maxsize=256)
def _is_allowed(host: str) -> bool:
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


def is_ours(environ: WSGIEnvironment) -> bool:
    """Whether Django would answer this request here: the right host, and https if required."""
    if settings.SECURE_SSL_REDIRECT:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        if environ["wsgi.url_scheme"] != "https" and environ.get(name) != value:
            return False
    return _is_allowed(environ.get("HTTP_HOST") or environ["SERVER_NAME"])


@lru_cache(maxsize=256)
def taken(header: str) -> str:
    """The best encoding that a client accepts: br, gzip or neither."""
    accepted = {}
    for part in header.lower().split(","):
        name, _, parameters = part.strip().partition(";")
        quality = parameters.strip().removeprefix("q=") if parameters else "1"
        try:
            accepted[name.strip()] = float(quality) > 0
        except ValueError:
            accepted[name.strip()] = False
    for name in ("br", "gzip"):
        if accepted.get(name, accepted.get("*", False)):
            return name
    return ""
