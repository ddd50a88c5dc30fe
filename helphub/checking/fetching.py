"""Asks one outside address whether it still works, and trusts nothing about it.

Officers type these addresses and strangers answer at them. So we connect only to public addresses,
to the one that was looked up, and only to port 443. We follow no redirect to another host, send
nothing that belongs to anybody, and stop after five seconds or 64 kB, whichever comes first.
"""

import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db import models
from django.utils.encoding import iri_to_uri

PORT = 443
SECONDS = 5  # In all: the name, every connection and every redirect.
LONGEST_CONNECT = 2  # Seconds for one address, so that a dead IPv6 route leaves time for IPv4.
MOST_BYTES = 64 * 1024
MOST_ADDRESSES, MOST_REDIRECTS = 4, 4
LONGEST_SHOWN = 120  # Characters of what a stranger sent.

# A name or an address, as letters that cannot be mistaken for others.
HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|[0-9a-f:][0-9a-f:.]+")
# Browsers accept lines that end without a carriage return, so we do.
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})\b")
LOCATION = re.compile(rb"^location:[ \t]*(.*?)[ \t]*\r?$", re.I | re.M)
REDIRECTS = {301, 302, 303, 307, 308}
NO_STATUS = 600


class Result(models.TextChoices):
    """What came of asking an address."""

    WORKS = "works", "It works"
    ELSEWHERE = "elsewhere", "It leads elsewhere"
    REFUSED = "refused", "It refused us"
    NOT_FOUND = "not-found", "The page is not there"
    ERROR = "error", "The site has an error"
    CERTIFICATE = "certificate", "Its certificate is wrong"
    NO_ANSWER = "no-answer", "No answer"
    NOT_OPENED = "not-opened", "We do not open such an address"


# Only a person can tell whether these work for readers. Some sites block automated checks.
TO_LOOK_AT = {Result.ELSEWHERE, Result.REFUSED}


class Answer(NamedTuple):
    """What came of asking, with a sentence for officers."""

    result: Result
    detail: str


class Stopped(Exception):  # noqa: N818 - it is an answer, not an error.
    """There is nothing more to ask."""

    def __init__(self, result: Result, detail: str) -> None:
        self.answer = Answer(result, detail)
        super().__init__(detail)


# Where to connect


Place = tuple[socket.AddressFamily, tuple]  # What a socket needs: the family, and address and port.
Resolve = Callable[[str], list[Place]]

# An IPv6 address that stands for an IPv4 address. That one has to be public.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# All other IPv6 addresses that anybody can reach.
PUBLIC_V6 = ipaddress.ip_network("2000::/3")
# Not public, though Python's older lists do not say so.
NOT_PUBLIC = [
    ipaddress.ip_network(network) for network in ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")
]


def is_public(written: str) -> bool:
    """Whether anybody on the internet can reach this address."""
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        within = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            within = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if within is None and address not in PUBLIC_V6:
            return False
        address = within or address
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in NOT_PUBLIC)
    )


def resolve(host: str) -> list[Place]:
    """Where a name leads."""
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return [(family, place) for family, _, _, _, place in found]


class Target(NamedTuple):
    """What to ask, and whom."""

    host: str
    path: str

    @property
    def request(self) -> bytes:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (
            f"GET {self.path} HTTP/1.1\r\n"
            f"Host: {host}\r\n"
            f"User-Agent: HelpHubLinkCheck/1.0 (+https://{settings.PUBLIC_HOST}/)\r\n"
            "Accept: text/html,*/*;q=0.8\r\n"
            "Accept-Encoding: identity\r\n"
            "Connection: close\r\n\r\n"
        ).encode("ascii")


def host_of(address: str) -> str:
    """The name of an address's host, in plain letters. Raises ValueError if it has none."""
    host = (urlsplit(address).hostname or "").rstrip(".").encode("idna").decode()
    if not HOST.fullmatch(host):
        raise ValueError("This is no name of a host.")
    return host


def target_of(address: str) -> Target:
    """What to ask for this address. Raises Stopped if it is one that we do not open."""
    try:
        parts, host = urlsplit(address), host_of(address)
        port, path = parts.port, iri_to_uri(parts.path or "/")
        query = f"?{iri_to_uri(parts.query)}" if parts.query else ""
    except ValueError as error:
        raise Stopped(Result.NOT_OPENED, "This is not a web address.") from error
    if parts.scheme != "https":
        raise Stopped(Result.NOT_OPENED, "It does not begin with https://, so it is not secure.")
    if "@" in parts.netloc:
        raise Stopped(Result.NOT_OPENED, "It has a name or a password in it. Take that out.")
    if port not in {None, PORT}:
        raise Stopped(Result.NOT_OPENED, f"It names a port ({port}), which many networks block.")
    return Target(host, path + query)


# Asking


@cache
def secure_context() -> ssl.SSLContext:
    """The machine's own list of who may vouch for a name."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def left(deadline: float) -> float:
    """The seconds that are left. Raises TimeoutError if there are none."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def in_time(deadline: float, function: Callable) -> list[Place]:
    """What the function returns. Looking a name up has no time limit of its own."""
    done: queue.SimpleQueue = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((function(), None))
        except Exception as error:
            done.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        found, error = done.get(timeout=left(deadline))
    except queue.Empty:
        raise TimeoutError from None
    if error:
        raise error
    return found


@dataclass(frozen=True)
class Fetcher:
    """Asks addresses. Tests give it their own servers."""

    resolve: Resolve = resolve
    is_public: Callable[[str], bool] = is_public
    context: ssl.SSLContext = field(default_factory=secure_context)
    seconds: float = SECONDS

    def ask(self, address: str) -> Answer:
        """What came of asking this address, with all its redirects on the same host."""
        try:
            return self._follow(address, time.monotonic() + self.seconds)
        except Stopped as stopped:
            return stopped.answer
        except TimeoutError:
            return Answer(Result.NO_ANSWER, f"It did not answer within {self.seconds:g} seconds.")
        except ssl.SSLCertVerificationError as error:
            return Answer(Result.CERTIFICATE, _certificate_in_words(error))
        except ssl.SSLError:
            return Answer(Result.NO_ANSWER, "We could not make a secure connection.")
        except OSError as error:
            return Answer(Result.NO_ANSWER, _failure_in_words(error))

    def certificate_of(self, host: str) -> tuple[date | None, str]:
        """The last day of a host's certificate, or what is wrong with it.

        Raises Stopped or OSError if the host could not be asked.
        """
        deadline = time.monotonic() + self.seconds
        try:
            with self._secured(self._places(host, deadline), host, deadline) as secure:
                certificate = secure.getpeercert() or {}
        except ssl.SSLCertVerificationError as error:
            return None, _certificate_in_words(error)
        ends = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
        return datetime.fromtimestamp(ends, UTC).date(), ""

    def _follow(self, address: str, deadline: float) -> Answer:
        target = target_of(address)
        places = self._places(target.host, deadline)
        asked = address
        for _ in range(MOST_REDIRECTS + 1):
            status, location = self._get(places, target, deadline)
            if status not in REDIRECTS or not location:
                return _judged(status, target, is_moved=asked != address)
            asked, target = _next(asked, target, location)
        return Answer(Result.ERROR, "It sends visitors round in circles.")

    def _places(self, host: str, deadline: float) -> list[Place]:
        """Where to connect. The name is looked up once, and never again for this check."""
        try:
            places = in_time(deadline, lambda: self.resolve(host))
        except (UnicodeError, socket.gaierror) as error:
            is_unknown = getattr(error, "errno", None) in {socket.EAI_NONAME, socket.EAI_NODATA}
            why = "No site has this name." if is_unknown else "Its name could not be looked up."
            raise Stopped(Result.NO_ANSWER, why) from error
        # One that is not public is enough: which of them is used would be a matter of luck.
        if not all(self.is_public(place[0]) for _, place in places):
            raise Stopped(Result.NOT_OPENED, "It leads into a private network, not to a website.")
        return places[:MOST_ADDRESSES]

    def _connect(self, places: list[Place], deadline: float) -> socket.socket:
        failure: OSError = OSError()
        for family, place in places:
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(min(left(deadline), LONGEST_CONNECT))
                connection.connect(place)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure

    @contextmanager
    def _secured(self, places: list[Place], host: str, deadline: float) -> Iterator[ssl.SSLSocket]:
        """A connection to a host that has proved its name."""
        with closing(self._connect(places, deadline)) as connection:
            connection.settimeout(left(deadline))
            with self.context.wrap_socket(connection, server_hostname=host) as secure:
                yield secure

    def _get(self, places: list[Place], target: Target, deadline: float) -> tuple[int, bytes]:
        """The status, and where it redirects. The page itself is never read."""
        with self._secured(places, target.host, deadline) as secure:
            secure.settimeout(left(deadline))
            secure.sendall(target.request)
            return _read_head(secure, deadline)


def _read_head(secure: ssl.SSLSocket, deadline: float) -> tuple[int, bytes]:
    unread, read = b"", 0
    while True:
        if end := END_OF_HEAD.search(unread):
            head, unread = unread[: end.start()], unread[end.end() :]
            status = STATUS.match(head)
            if status is None:
                raise Stopped(Result.ERROR, "Its answer is not one that a browser could read.")
            if int(status[1]) >= HTTPStatus.OK:  # Not “wait, there is more”.
                location = LOCATION.search(head)
                return int(status[1]), location[1] if location else b""
            continue
        if read >= MOST_BYTES:
            raise Stopped(Result.ERROR, "Its answer begins with too much for a browser to read.")
        secure.settimeout(left(deadline))
        part = secure.recv(min(4096, MOST_BYTES - read))
        if not part:
            raise Stopped(Result.NO_ANSWER, "It closed the connection without an answer.")
        unread, read = unread + part, read + len(part)


# What it means


def _next(address: str, target: Target, location: bytes) -> tuple[str, Target]:
    """The address of a redirect on the same host. Raises Stopped for any other."""
    try:
        new = urljoin(address, location.decode("utf-8", "replace"))
        host = host_of(new)
    except ValueError as error:
        raise Stopped(Result.ERROR, "It redirects to what is not an address.") from error
    if host != target.host:
        raise Stopped(Result.ELSEWHERE, f"It leads elsewhere: {host[:LONGEST_SHOWN]}.")
    try:
        return new, target_of(new)
    except Stopped as stopped:
        why = f"It leads to another address of the same site. {stopped.answer.detail}"
        raise Stopped(Result.ELSEWHERE, why) from stopped


def _judged(status: int, target: Target, is_moved: bool) -> Answer:
    if status == HTTPStatus.NOT_FOUND:
        return Answer(Result.NOT_FOUND, "The page is not there (404).")
    if status == HTTPStatus.GONE:
        return Answer(Result.NOT_FOUND, "The page was taken away for good (410).")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Answer(Result.REFUSED, "It asked us to come back later (429). Open it and look.")
    # No status begins with a 6 or more, but some sites turn programs away with 999.
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR or status >= NO_STATUS:
        return Answer(Result.REFUSED, f"It refused us ({status}). Open it and look.")
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        return Answer(Result.ERROR, f"The site has an error ({status}).")
    if is_moved:
        return Answer(Result.WORKS, f"It works, and leads to {target.path[:LONGEST_SHOWN]} there.")
    return Answer(Result.WORKS, "It works.")


# OpenSSL's numbers for what is wrong with a certificate.
CERTIFICATES = {
    9: "Its certificate is not valid yet.",
    10: "Its certificate has run out.",
    62: "Its certificate is for another name.",
    64: "Its certificate is for another address.",
}


def _certificate_in_words(error: ssl.SSLCertVerificationError) -> str:
    return CERTIFICATES.get(error.verify_code, "Nobody we trust vouches for its certificate.")


def _failure_in_words(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "It refused the connection."
    if isinstance(error, ConnectionError):
        return "It broke the connection off."
    return "It could not be reached."
