"""What every kind of response says about itself."""

import base64
import hashlib
import re

import pytest

from .reader import Page

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/ur/contacts/", "/no-such-page/", "/%00", "/emergency/", "/robots.txt", "/topics"]


def policy(response):
    """The Content Security Policy by directive."""
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("path", PUBLIC)
def test_nothing_public_is_kept_by_the_browser(client, path):
    response = client.get(path)
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Request-OTR"] == "1"
    assert not response.cookies
    assert set(response.get("Vary", "Accept-Encoding").split(", ")) == {"Accept-Encoding"}


def test_the_policy_admits_exactly_the_style_and_script_of_the_page(client):
    response = client.get("/")
    page = Page(response)

    def source(element):
        digest = hashlib.sha256(element.text.encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"

    assert policy(response)["style-src"] == [source(page.one("style"))]
    assert policy(response)["script-src"] == [source(page.one("script"))]
    assert policy(response)["default-src"] == ["'none'"]
    assert policy(response)["frame-ancestors"] == ["'none'"]
    assert policy(response)["require-trusted-types-for"] == ["'script'"]


def test_the_admin_is_told_apart(client):
    response = client.get("/admin/login/")
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex"
    assert "Request-OTR" not in response
    assert policy(response)["default-src"] == ["'self'"]
    assert not re.search(r"https?://(?!testserver|www\.w3\.org)", response.content.decode())
    for cookie in response.cookies.values():
        assert cookie["path"] == "/admin/"
        assert cookie["samesite"] == "Lax"


def test_the_admins_static_files_are_served(client):
    response = client.get("/static/admin/css/base.css")
    assert b"".join(response).startswith(b"/*")
    assert response["Cache-Control"] == "no-store"
    response.close()


def test_a_page_is_sent_compressed(client):
    response = client.get("/", headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
