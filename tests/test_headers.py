"""What every kind of response says about itself."""

import base64
import hashlib
import re

import pytest
from django.db import connection

from services.models import Service
from tests.support.factories import make_campaign, make_report
from tests.support.reader import Page

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/ur/contacts/", "/no-such-page/", "/%00", "/emergency/", "/robots.txt", "/topics"]


def policy(response):
    """The Content Security Policy by directive."""
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("path", PUBLIC)
def test_the_browser_stores_no_public_page(client, path):
    response = client.get(path)
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Request-OTR"] == "1"
    assert not response.cookies
    assert set(response.get("Vary", "Accept-Encoding").split(", ")) == {"Accept-Encoding"}


SHARED = ["X-Accel-Expires", "CDN-Cache-Control", "Surrogate-Control"]
ALL_DAY = [None, "max-age=86400", None]


@pytest.mark.parametrize(
    ("method", "path", "status", "shared"),
    [
        ("get", "/", 200, ["300", "max-age=300, stale-if-error=86400", "max-age=300"]),
        (
            "get",
            "/ur/topics/law/",
            200,
            ["300", "max-age=300, stale-if-error=86400", "max-age=300"],
        ),
        ("get", "/topics", 301, [None, "max-age=300", None]),
        ("get", "/stalking", 302, [None, "max-age=300", None]),
        ("get", "/no-such-page/", 404, [None, "max-age=30", None]),
        ("get", "/%00", 400, [None, None, None]),
        ("post", "/", 405, [None, None, None]),
        ("get", "/robots.txt", 200, ALL_DAY),
        ("get", "/sitemap.xml", 200, ALL_DAY),
        ("get", "/.well-known/traffic-advice", 200, ALL_DAY),
        ("get", "/static/admin/css/base.css", 200, [None, None, None]),
    ],
)
def test_shared_caches_are_told_what_the_browser_is_not(client, method, path, status, shared):
    response = getattr(client, method)(path)
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
    assert [response.get(name) for name in SHARED] == shared
    assert response["Request-OTR"] == "1"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not response.cookies
    for never in ("Report-To", "Reporting-Endpoints", "NEL", "Accept-CH", "Link"):
        assert never not in response
    response.close()


def test_nginx_reads_its_header_before_the_one_that_would_forbid(client):
    names = list(client.get("/").headers)
    assert names.index("X-Accel-Expires") < names.index("Cache-Control")


def test_an_error_page_is_never_cached(client):
    client.raise_request_exception = False
    with connection.execute_wrapper(lambda *args: 1 / 0):
        response = client.get("/")
    assert response.status_code == 500
    assert response["Cache-Control"] == "no-store"
    assert [response.get(name) for name in SHARED] == [None, None, None]


def test_proxies_are_asked_not_to_prefetch(client):
    response = client.get("/.well-known/traffic-advice")
    assert response["Content-Type"] == "application/trafficadvice+json"
    assert response.json() == [{"user_agent": "prefetch-proxy", "disallow": True}]


def source(element):
    """The hash by which a policy admits this style or script."""
    digest = hashlib.sha256(element.text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def test_the_policy_admits_exactly_the_styles_and_scripts_of_the_page(client):
    response = client.get("/contacts/")
    page = Page(response)
    paths = ["/", "/services/", "/strategy/evidence/", "/strategy/governance/", "/topics/law/"]
    paths.append("/strategy/local-data/")
    entries = [
        Service.objects.get(line="h-rcew247"),
        make_campaign(),
        make_report(is_published=True),
    ]
    paths += [entry.get_absolute_url() for entry in entries]
    others = [Page(client.get(path)) for path in paths]
    styles = {source(style) for each in (page, *others) for style in each.all("style")}
    assert set(policy(response)["style-src"]) == styles
    assert policy(response)["script-src"] == [source(script) for script in page.all("script")]
    assert policy(response)["default-src"] == ["'none'"]
    assert policy(response)["frame-ancestors"] == ["'none'"]
    assert policy(response)["require-trusted-types-for"] == ["'script'"]
    assert policy(response)["trusted-types"] == ["hub"]


def test_the_admin_has_headers_of_its_own(client):
    response = client.get("/admin/login/")
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex"
    assert "Request-OTR" not in response
    assert policy(response)["default-src"] == ["'self'"]
    assert not re.search(r"https?://(?!testserver|www\.w3\.org)", response.content.decode())
    for cookie in response.cookies.values():
        assert cookie["path"] == "/admin/"
        assert cookie["samesite"] == "Lax"


def test_an_error_page_in_the_admin_may_use_its_style_and_script(admin):
    response = admin.get("/admin/%00")
    page = Page(response)
    assert response.status_code == 400
    for style in page.all("style"):
        assert source(style) in policy(response)["style-src"]
    assert {source(script) for script in page.all("script")} < set(policy(response)["script-src"])


def test_the_admins_static_files_are_served(client):
    response = client.get("/static/admin/css/base.css")
    assert b"".join(response).startswith(b"/*")
    assert response["Cache-Control"] == "no-store"
    response.close()


def test_a_page_is_sent_compressed(client):
    response = client.get("/", headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
