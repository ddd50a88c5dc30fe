"""Points for security headers, by the table of Mozilla's HTTP Observatory, without a network.

A site starts with 100. Faults take points away. Extras add some, but only while the faults alone
leave at least 90. Each test is a function from a visit to its points.
"""

import re
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import html5lib

START, LEAST_FOR_BONUS = 100, 90
HALF_A_YEAR = 15_552_000


class Visit(NamedTuple):
    """What can be seen of a site: a page over https, and the way there from http.

    `page` and `preflight` have `headers` (pairs) and `body` (bytes). `preflight` is the answer to
    OPTIONS with a foreign Origin. `hops` are the addresses that a visit to http:// is redirected
    to, in order. They are None when nothing answers on http.
    """

    page: object
    preflight: object = None
    hops: list | None = None
    url: str = "https://hub.example.org/"
    is_https: bool = True
    is_preloaded: bool = False

    def header(self, name):
        """A header's value, or None. Repeated headers count as one list."""
        values = [value for key, value in self.page.headers if key.lower() == name.lower()]
        return ", ".join(values).strip() if values else None


# The Content Security Policy

PASSIVE = {"img-src", "media-src"}
FETCHED = PASSIVE | {
    "script-src",
    "style-src",
    "object-src",
    "font-src",
    "connect-src",
    "frame-src",
    "child-src",
    "worker-src",
    "manifest-src",
}
OTHER = {
    "default-src",
    "base-uri",
    "form-action",
    "frame-ancestors",
    "sandbox",
    "report-uri",
    "report-to",
    "script-src-elem",
    "script-src-attr",
    "style-src-elem",
    "style-src-attr",
    "require-trusted-types-for",
    "trusted-types",
    "upgrade-insecure-requests",
    "block-all-mixed-content",
}
BROAD = re.compile(r"(?:https?|ftp):(?://\*)?|\*")


class UnreadableError(Exception):
    """A header that says nothing, or contradicts itself."""


def directives(policy):
    """A policy's directives, and whether report-uri appears twice."""
    parsed, is_report_twice = {}, False
    for part in policy.split(";"):
        if not (words := part.split()):
            continue
        name, values = words[0].lower(), [word.lower() for word in words[1:]]
        if name in parsed and name != "report-uri":
            raise UnreadableError(f"{name} stands twice")
        is_report_twice |= name in parsed
        parsed.setdefault(name, values)
    if not parsed or not policy.isascii() or not set(parsed) <= FETCHED | OTHER:
        raise UnreadableError("not a policy")
    return parsed, is_report_twice


def content_security_policy(visit):
    try:
        policy, is_report_twice = directives(visit.header("Content-Security-Policy") or "")
    except UnreadableError:
        return -25

    def sources(name):
        # Without a directive or a default, every source is allowed.
        values = policy.get(name, policy.get("default-src", ["*"])) or ["'none'"]
        is_exact = any(value.startswith(("'nonce-", "'sha")) for value in values)
        return {value for value in values if not (is_exact and value == "'unsafe-inline'")}

    def is_broad(name):
        return any(BROAD.fullmatch(source) for source in sources(name))

    def is_over_http(names):
        return any(source.startswith("http:") for name in names for source in sources(name))

    scripts = sources("script-src")
    if {"'unsafe-inline'", "data:"} & scripts or is_broad("script-src"):
        return -20
    if is_broad("object-src") or "data:" in sources("object-src"):
        return -20
    if is_over_http(FETCHED - PASSIVE):
        return -20
    if "'unsafe-eval'" in scripts | sources("style-src"):
        return -10
    if is_over_http(PASSIVE):
        return -10
    styles = sources("style-src")
    if {"'unsafe-inline'", "data:"} & styles or is_broad("style-src") or is_report_twice:
        return 0
    return 10 if policy.get("default-src") == ["'none'"] else 5


# The other eleven


def cookies(visit):
    """The worst cookie counts."""
    has_hsts = strict_transport_security(visit) > -20
    values = [value for name, value in visit.page.headers if name.lower() == "set-cookie"]
    return min((_cookie(value, has_hsts) for value in values), default=0)


def _cookie(header, has_hsts):
    try:
        ((name, cookie),) = SimpleCookie(header).items()
    except (CookieError, ValueError):
        return -20
    is_session = re.search("sess|login", name, re.IGNORECASE)
    same_site = cookie["samesite"].lower()
    points = [5 if same_site else 0]
    if same_site not in {"", "strict", "lax", "none"}:
        points.append(-20)
    if "csrf" in name.lower() and not same_site:
        points.append(-20)
    if is_session and not cookie["httponly"]:
        points.append(-30)
    if not cookie["secure"]:
        if has_hsts:
            points.append(-10 if is_session else -5)
        else:
            points.append(-40 if is_session else -20)
    return min(points)


def cross_origin_resource_sharing(visit):
    if visit.preflight is None:
        return 0
    headers = {name.lower(): value for name, value in visit.preflight.headers}
    is_echoed = headers.get("access-control-allow-origin", "") not in {"", "*", "null"}
    is_with_cookies = headers.get("access-control-allow-credentials", "").lower() == "true"
    return -50 if is_echoed and is_with_cookies else 0


def redirection(visit):
    if visit.hops is None:
        return 0
    if not visit.hops or not visit.is_https or urlsplit(visit.hops[-1]).scheme != "https":
        return -20
    first = urlsplit(visit.hops[0])
    if first.scheme == "http":
        return -10
    return 0 if first.hostname == urlsplit(visit.url).hostname else -5


GOOD_REFERRER = {
    "no-referrer",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
}
BAD_REFERRER = {
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "unsafe-url",
}


def referrer_policy(visit):
    value = visit.header("Referrer-Policy")
    if value is None:
        return 0
    policies = [
        policy
        for policy in map(str.strip, value.lower().split(","))
        if policy in GOOD_REFERRER | BAD_REFERRER
    ]
    return 5 if policies and policies[-1] in GOOD_REFERRER else -5


def strict_transport_security(visit):
    value = visit.header("Strict-Transport-Security")
    if value is None or not visit.is_https:
        return -20
    if visit.is_preloaded:
        return 5
    parts = [part.strip().lower().partition("=") for part in value.split(";")]
    ages = [age.strip().strip('"') for name, _, age in parts if name.strip() == "max-age"]
    if len(ages) != 1 or not re.fullmatch("[0-9]+", ages[0]):
        return -20
    return 0 if int(ages[0]) >= HALF_A_YEAR else -10


def subresource_integrity(visit):
    """The worst script counts. Inline scripts load nothing."""
    if not (visit.header("Content-Type") or "").startswith("text/html"):
        return 0
    try:
        root = html5lib.parse(visit.page.body.decode(), namespaceHTMLElements=False)
    except UnicodeDecodeError:
        return -20
    return min(
        (
            _script(urlsplit(urljoin(visit.url, script.get("src"))), script, visit)
            for script in root.iter("script")
            if script.get("src")
        ),
        default=0,
    )


def _script(address, script, visit):
    is_own = address.hostname == urlsplit(visit.url).hostname
    is_secure = address.scheme == "https"
    if script.get("integrity"):
        return 5 if is_secure else -20
    if is_own and is_secure:
        return 0
    return -5 if is_secure else -50


def content_type_options(visit):
    return 0 if (visit.header("X-Content-Type-Options") or "").lower() == "nosniff" else -5


def frame_options(visit):
    try:
        if "frame-ancestors" in directives(visit.header("Content-Security-Policy") or "")[0]:
            return 5
    except UnreadableError:
        pass
    value = (visit.header("X-Frame-Options") or "").upper()
    if value in {"DENY", "SAMEORIGIN"}:
        return 5
    return 0 if value.startswith("ALLOW-FROM ") else -20


def _cross_origin(visit, name, good, neutral):
    value = (visit.header(name) or neutral).lower()
    return 10 if value in good else 0 if value == neutral else -5


def resource_policy(visit):
    good = {"same-origin", "same-site"}
    return _cross_origin(visit, "Cross-Origin-Resource-Policy", good, "cross-origin")


def embedder_policy(visit):
    good = {"require-corp", "credentialless"}
    return _cross_origin(visit, "Cross-Origin-Embedder-Policy", good, "unsafe-none")


def opener_policy(visit):
    good = {"same-origin", "same-origin-allow-popups", "noopener-allow-popups"}
    return _cross_origin(visit, "Cross-Origin-Opener-Policy", good, "unsafe-none")


TESTS = [
    content_security_policy,
    cookies,
    cross_origin_resource_sharing,
    redirection,
    referrer_policy,
    strict_transport_security,
    subresource_integrity,
    content_type_options,
    frame_options,
    resource_policy,
    embedder_policy,
    opener_policy,
]


def points(visit):
    """The points of each test by its name."""
    return {test.__name__: test(visit) for test in TESTS}


def total(visit):
    each = points(visit).values()
    after_faults = START + sum(score for score in each if score < 0)
    if after_faults < LEAST_FOR_BONUS:
        return max(after_faults, 0)
    return after_faults + sum(score for score in each if score > 0)
