"""Requests that no person would write, and what must be true of every answer."""

import re
from functools import cache
from html import unescape
from http.client import responses
from urllib.parse import quote, urlsplit

from hypothesis import strategies as st

from tests.support.reader import Page
from tests.support.wsgi import HOST, environ

# If this comes alive in a page, something was not escaped.
MARK = "zqx"
ATTACKS = [
    f'"><{MARK} on{MARK}=1>',
    f"' on{MARK}='1",
    f"</title></script><{MARK}>",
    f"--><{MARK}><!--",
    f"javascript:{MARK}",
    f"//{MARK}.example/",
    f"\\\\{MARK}.example",
    f"https://{MARK}.example/",
    f"\r\n{MARK}-header: 1\r\n\r\n<{MARK}>",
    f"{{{{ {MARK} }}}}{{% {MARK} %}}",
    "{h-spoc}{guide:consent}",
    "%(word)s%s%n{0}",
    "\x00",
    "%00%0d%0a%ff%u0041%",
    "\ud800\udfff",
    "\u202e\u200b\ufeff\u0130\u1e9e\ufdfa",
    "';--\" OR 1=1",
    "NEAR(a b) * ^ AND (",
    "9" * 400,
    "-1",
    "../" * 40,
    "..\\" * 40,
    "a" * 5000,
    "٣\u0664\u06f5",
]
SEGMENTS = [
    "topics",
    "law",
    "guides",
    "just-happened",
    "help-now",
    "find",
    "services",
    "contacts",
    "strategy",
    "evidence",
    "emergency",
    "using-this-site",
    "stalking",
    "static",
    "admin",
    "css",
    "base.css",
    "login",
    "logout",
    "jsi18n",
    "auth",
    "user",
    "add",
    "1",
    "change",
    "robots.txt",
    "sitemap.xml",
    ".well-known",
    "security.txt",
    "traffic-advice",
    "index.html",
    "favicon.ico",
    "wp-login",
    "ur",
    "pa",
    "pl",
    "ro",
    "ar",
    "en",
    "en-simple",
    "xx",
    ".",
    "..",
    "~",
    "*",
    "feed",
    "password_change",
    "autocomplete",
    "r",
]
HEADERS = [
    "Host",
    "Cookie",
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "Accept-Charset",
    "Referer",
    "Origin",
    "User-Agent",
    "Authorization",
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
    "Transfer-Encoding",
    "Range",
    "If-Range",
    "If-None-Match",
    "If-Match",
    "If-Modified-Since",
    "If-Unmodified-Since",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-For",
    "X-Forwarded-Port",
    "X-Forwarded-Prefix",
    "X-Forwarded-Server",
    "X-Forwarded-Scheme",
    "Forwarded",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-Http-Method-Override",
    "X-Method-Override",
    "X-Host",
    "Via",
    "X-Requested-With",
    "X-CSRFToken",
    "X-Real-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "Expect",
    "Upgrade",
    "Te",
    "Connection",
    "Pragma",
    "Cache-Control",
    "Dnt",
    "Save-Data",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "Sec-Purpose",
    "Sec-Ch-Ua",
    "Purpose",
    "Prefer",
    "Accept-Datetime",
    "Max-Forwards",
    "Proxy",
    "X-Wap-Profile",
    "X-Timer",
    "X-Script-Name",
    "X-Accel-Redirect",
    "X-Sendfile-Type",
    "Surrogate-Capability",
    "Early-Data",
    "Priority",
    "Depth",
    "Destination",
]
HEADER_VALUES = [
    "https",
    "utf-7",
    "gzip, br;q=0",
    "*",
    "ur,en-simple;q=0.5",
    "bytes=0-0",
    "bytes=-99999999999999999999",
    "bytes=9-1",
    "Thu, 99 Foo 99999 99:99:99 GMT",
    'W/"zqx", *',
    "sessionid=zqx; csrftoken=zqx; django_language=ur",
    "chunked",
    "5, 5",
    "-1",
    "\xff\xfe",
]
ADMIN_MODELS = ["strategy/guide", "contacts/phone", "services/service", "auth/user", "auth/group"]
FILTERS = """
    q p o e all id id__exact pk__in is_published__exact name__contains slug__regex _popup
    _to_field position__gt reviewed_on__year next _changelist_filters
""".split()  # noqa: SIM905 - read more easily than quotes.
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"]
METHODS += ["FOO", "get", "PROPFIND", "PURGE"]
CHARSETS = [
    "utf-8",
    "utf-7",
    "utf-16",
    "latin-1",
    "hex",
    "rot13",
    "idna",
    "punycode",
    "undefined",
    "unicode_escape",
    "zqx",
]
FORM = "application/x-www-form-urlencoded"
CONTENT_TYPES = [
    FORM,
    "multipart/form-data",
    "multipart/form-data; boundary=zqx",
    "multipart/form-data; boundary=" + "z" * 300,
    "multipart/form-data; boundary=\xff",
    "application/json",
    "text/plain",
    "*/*;;;=",
    "",
    *(f"{FORM}; charset={charset}" for charset in CHARSETS),
    *(f"multipart/form-data; boundary=zqx; charset={charset}" for charset in CHARSETS),
]

text = st.text(st.characters(exclude_categories=()), min_size=1, max_size=30)
rough = st.one_of(st.sampled_from(ATTACKS), text, st.tuples(text, st.sampled_from(ATTACKS)))


def _bytes(value):
    joined = "".join(value) if isinstance(value, tuple) else value
    return joined.encode("utf-8", "surrogatepass")


raw = st.one_of(rough.map(_bytes), st.binary(min_size=1, max_size=40))
# A server passes a query on as it came: in ASCII, mostly quoted, or not quoted at all.
raw_text = raw.map(lambda value: value.decode("latin-1"))
quoted = st.one_of(raw.map(quote), raw_text)
segments = st.one_of(st.sampled_from(SEGMENTS).map(str.encode), raw)
paths = st.one_of(
    raw.map(lambda value: b"/" + value),
    st.lists(segments, min_size=1, max_size=4).map(lambda parts: b"/" + b"/".join(parts)),
    st.lists(segments, min_size=1, max_size=3).map(lambda parts: b"/" + b"/".join(parts) + b"/"),
    st.lists(st.sampled_from(SEGMENTS), min_size=2, max_size=3).map(
        lambda parts: f"/{'/'.join(parts)}/".encode()
    ),
)
names = st.one_of(
    st.sampled_from(["words", "q", "p", "page", "next", "csrfmiddlewaretoken"]), quoted
)
pairs = st.lists(st.tuples(names, quoted).map("=".join), max_size=4).map("&".join)
queries = st.one_of(st.just(""), pairs, raw_text)
one_line = st.one_of(
    st.sampled_from(HEADER_VALUES), raw_text.map(lambda value: re.sub(r"[\r\n\0]", " ", value))
)
headers = st.dictionaries(st.sampled_from(HEADERS), one_line, max_size=4)
content_types = st.one_of(st.sampled_from(CONTENT_TYPES), one_line)


@st.composite
def multipart(draw, fields=("words",)):
    """A form with parts, some of them broken."""
    lines = []
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.one_of(st.sampled_from(fields).map(str.encode), raw))
        lines += [
            draw(st.sampled_from([b"--zqx", b"--zqx--", b"", b"--other"])),
            b'Content-Disposition: form-data; name="'
            + name
            + b'"'
            + draw(st.sampled_from([b"", b'; filename="zqx.html"', b"; filename*=zqx''%ff"])),
            draw(
                st.sampled_from(
                    [
                        b"",
                        b"Content-Type: text/html; charset=hex\r\n",
                        b"Content-Transfer-Encoding: base64\r\n",
                        b"Content-Transfer-Encoding: zqx\r\n",
                    ]
                )
            ),
            draw(raw),
        ]
    lines.append(draw(st.sampled_from([b"--zqx--", b"--zqx", b""])))
    return b"\r\n".join(lines) + b"\r\n"


@st.composite
def requests(draw):
    """Any request at all."""
    method = draw(st.one_of(st.just("GET"), st.sampled_from(METHODS)))
    return environ(
        path=draw(paths),
        method=method,
        query=draw(queries),
        headers=draw(headers),
        body=b"" if method in {"GET", "HEAD"} else draw(raw),
        scheme=draw(st.sampled_from(["http", "http", "https"])),
    )


@st.composite
def forms(draw, path, fields):
    """A form sent to an address: fields in the usual way, in parts, or rubbish."""
    content_type = draw(content_types)
    field = st.tuples(st.one_of(st.sampled_from(fields), names), quoted).map("=".join)
    body = draw(
        st.one_of(
            st.lists(field, max_size=4).map(lambda pairs: "&".join(pairs).encode("latin-1")),
            multipart(fields),
            raw,
        )
    )
    sent_headers = draw(headers) | {"Host": HOST, "Content-Type": content_type}
    return environ(path=path, method="POST", query=draw(queries), headers=sent_headers, body=body)


@st.composite
def asked_of_the_admin(draw):
    """An address of the admin's lists and forms, with a rough key and rough filters."""
    model = draw(st.sampled_from(ADMIN_MODELS))
    keys = st.one_of(st.sampled_from(["1", "add", "9" * 30, "_5F"]).map(str.encode), raw)
    way = draw(st.sampled_from([b"", b"/change/", b"/history/", b"/delete/"]))
    path = f"/admin/{model}/".encode() + (draw(keys) + way if way else b"")
    filters = st.lists(st.tuples(st.sampled_from(FILTERS), quoted).map("=".join), max_size=3)
    return environ(
        path, query="&".join(draw(filters)), headers={"X-Requested-With": draw(one_line)}
    )


# Written by hand

HAND_PATHS = [
    b"/\x00",
    b"/topics/law\x00/",
    b"/\xff\xfe/",
    b"/topics/\xed\xa0\x80/",
    b"/topics/\xf0\x9f\x98\x80/",
    b"/services/\xc0\xaf/",
    b"//evil.example",
    b"//evil.example/",
    b"///evil.example/%2f..",
    b"/\\evil.example",
    b"/\\evil.example/",
    b"/topics\r\nzqx-header: 1",
    b"/\r\n\r\n<zqx>",
    b"/<zqx>",
    b'/ur/"><zqx onzqx=1>/',
    b"",
    b"*",
    b"http://evil.example/",
    b"/" + b"a" * 20_000,
    b"/" + b"a/" * 10_000,
    b"/sitemap.xml/",
    b"/static/",
    b"/static/../helphub/settings.py",
    b"/static/" + b"../" * 40 + b"etc/passwd",
    b"/" + b"../" * 40 + b"etc/passwd",
    b"/" + b"..\\" * 40 + b"etc/passwd",
    b"/topics/%2e%2e%2f%2e%2e%2fetc/passwd",
    b"/\t/evil.example/",
    b"/static/admin/css/",
    b"/find/" + b"gAAAAAB" * 300 + b"/",
    b"/find/\xff/",
    b"/find//",
    b"/admin/\xff/",
    b"/admin/r/1/" + b"9" * 400 + b"/",
    b"/admin/auth/user/" + b"9" * 400 + b"/change/",
    b"/admin/x.css",
    b"/" + b"\xff" * 20_000,
    b"/ur/" + b"\xed\xa0\x80" * 5_000,
]
HAND_QUERIES = [
    "page=" + "1" + "0" * 30,
    "p=" + "1" + "0" * 30,
    "p=-1",
    "p=%00",
    "p=\x00",
    "p=%ff",
    "p=%ed%a0%80",
    "p=%u0041&;;&==",
    "p=" + "9" * 5000,
    "q=" + "a" * 20_000,
    "&".join(f"a{number}=1" for number in range(900)),
    "&".join("p=1" for _ in range(1_100)),
    "%" * 1000,
    "\xff\xfe",
    "next=//evil.example/",
    "next=https://evil.example/",
    "next=javascript:zqx",
    "next=%0d%0azqx-header:1",
    "_method=DELETE&__proto__=1&a[]=1",
]
HAND_HEADERS = [
    {"Host": None},
    {"Host": ""},
    {"Host": "localhost,localhost"},
    {"Host": "localhost localhost"},
    {"Host": "localhost:99999999"},
    {"Host": "localhost@evil.example"},
    {"Host": "[::1"},
    {"Host": "\xff"},
    {"Content-Length": None},
    {"Content-Length": ""},
    {"Content-Length": "5, 5"},
    {"Content-Length": "-1"},
    {"Content-Length": "zqx"},
    {"Content-Length": "9" * 400},
    {"Transfer-Encoding": "chunked", "Content-Length": "5"},
    {"Cookie": "a=" + "b" * 20_000},
    {"Cookie": '"; sessionid=\xff; csrftoken=; =;;'},
    {"Accept-Language": "*" * 5000},
    {"Accept-Language": "ur, " * 500},
    {"Accept-Encoding": "gzip;q=zqx"},
    {"Range": "bytes=" + ",".join("0-0" for _ in range(500))},
    {"If-Modified-Since": "Thu, 01 Jan 99999999999 00:00:00 GMT"},
    {"If-None-Match": '"' * 5000},
    {"Content-Type": "text/plain; charset=hex"},
    {"Content-Type": "text/html; charset=idna"},
    {"Expect": "100-continue"},
]
HAND_BODIES = [
    (FORM, b""),
    (FORM, b"words=\x00%00"),
    (FORM, b"words=%ed%a0%80%ff"),
    (FORM, b"words=\xff\xfe"),
    (FORM, b"words=" + b"a" * 20_000),
    (FORM, b"words=" + b"a" * 3_000_000),
    (FORM, b"&".join(b"a%d=1" % number for number in range(1_100))),
    (FORM, b"words=%22%3E%3Czqx%20onzqx%3D1%3E"),
    (FORM, b"words[]=1&words=2&words=3"),
    *((f"{FORM}; charset={charset}", b"words=%ff&a=\xff") for charset in CHARSETS),
    ("multipart/form-data", b"--zqx"),
    ("multipart/form-data; boundary=", b"--\r\n"),
    ("multipart/form-data; boundary=zqx", b""),
    ("multipart/form-data; boundary=zqx", b"--zqx" * 5_000),
    ("multipart/form-data; boundary=zqx", b"\xff" * 10_000),
    ("multipart/form-data; boundary=zqx", b"--zqx\r\n" * 300 + b"--zqx--\r\n"),
    (
        "multipart/form-data; boundary=zqx",
        b'--zqx\r\nContent-Disposition: form-data; name="words"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--zqx--\r\n",
    ),
    *(
        (
            f"multipart/form-data; boundary=zqx; charset={charset}",
            b'--zqx\r\nContent-Disposition: form-data; name="words"\r\n\r\n\xff\x00\r\n--zqx--\r\n',
        )
        for charset in CHARSETS
    ),
    (
        "multipart/form-data; boundary=zqx",
        b'--zqx\r\nContent-Disposition: form-data; name="f"; filename="../../zqx"\r\n\r\n'
        + b"a" * 3_000_000
        + b"\r\n--zqx--\r\n",
    ),
    ("application/json", b'{"words": 1' + b"[" * 10_000),
    ("text/plain; charset=hex", b"words=1"),
    ("\xff", b"words=1"),
]


def by_hand():
    """Every request of the lists above."""
    for path in HAND_PATHS:
        for method in ("GET", "HEAD", "POST"):
            yield environ(path, method)
    for query in HAND_QUERIES:
        for path in (b"/find/", b"/topics", b"/sitemap.xml", b"/admin/", b"/admin/login/"):
            yield environ(path, query=query)
    for own_headers in HAND_HEADERS:
        for path in (b"/emergency/", b"/sitemap.xml", b"/static/admin/css/base.css", b"/admin/"):
            yield environ(path, query="p=%ff", headers=own_headers)
        yield environ(b"/find/", "POST", headers=own_headers, body=b"words=a")
    for content_type, body in HAND_BODIES:
        for path in (b"/find/", b"/ur/find/", b"/", b"/admin/login/"):
            yield environ(path, "POST", headers={"Content-Type": content_type}, body=body)
    for method in METHODS:
        for path in (b"/", b"/find/", b"/robots.txt", b"/stalking", b"/admin/", b"/nothing/"):
            yield environ(path, method)


# What must be true


def is_for_admin(request):
    return request["PATH_INFO"].startswith("/admin/")


def assert_proper(request, answer):
    """No failure, nothing left behind, nothing of the request live, and our numbers there."""
    assert answer.status < 500, responses.get(answer.status)
    is_public = not is_for_admin(request)
    assert not (is_public and answer.all("Set-Cookie"))
    for name, value in answer.headers:
        assert MARK not in name.lower()
        assert not re.search(r"[\r\n\0]", name + value)
        value.encode("latin-1")
    if is_public:
        assert answer.get("Cache-Control") == "no-store"
        assert answer.get("Content-Security-Policy", "").startswith("default-src 'none'")
        assert answer.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    if location := answer.get("Location"):
        assert_own(location, request)
    if request["REQUEST_METHOD"] == "HEAD":
        assert answer.body == b""
    elif answer.is_html and not answer.get("Content-Encoding") and answer.body:
        assert faults_of(answer.body, is_public) == []
    assert is_public is False or answer.status in ALLOWED, answer.status


ALLOWED = {200, 206, 301, 302, 303, 304, 400, 404, 405, 410, 413, 416}


def assert_own(location, request):
    """A redirect stays on this site."""
    parts = urlsplit(location)
    assert not location.startswith(("//", "/\\", "\\"))
    assert parts.scheme in {"", "http", "https"}
    assert parts.netloc in {"", request.get("HTTP_HOST", HOST)}


LINKS = {"href", "src", "action", "formaction", "data"}


@cache
def faults_of(body, is_public):
    """The faults in a page. Each page is read only once: most requests end in the same few."""

    class Read:
        content = body

    page = Page(Read)
    faults = list(page.faults) if is_public else []
    for element in page.root.iter():
        if not isinstance(element.tag, str):
            faults += [f"a comment: {element.text}"] if MARK in (element.text or "") else []
            continue
        if MARK in element.tag:
            faults.append(f"an element: {element.tag}")
        for name, value in element.items():
            if MARK in name:
                faults.append(f"an attribute: {name}")
            target = unescape(value or "").strip().lower()
            is_foreign = target.startswith(("javascript:", "//", "\\", "http"))
            if name in LINKS and MARK in target and is_foreign:
                faults.append(f"a link: {value}")
        if element.tag in {"script", "style"} and MARK in (element.text or ""):
            faults.append("in a script or style")
    if is_public:
        for line in (("tel:999", "999"), ("tel:01384455411", "01384 455411")):
            faults += [] if line in page.lines else [f"{line} is not there"]
    return faults
