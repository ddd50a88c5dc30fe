"""Whatever is sent in, a proper page with the numbers comes back, on SQLite and on PostgreSQL."""

import pytest
from django.db import DatabaseError, connection

from contacts.models import Phone
from helphub import views, wsgi
from services.models import Service
from strategy.models import Chapter, FormOfAbuse, Guide
from tests.support import fuzzing
from tests.support.page_checks import assert_critical_numbers, for_all
from tests.support.reader import Page
from tests.support.wsgi import ask, environ

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.parametrize(
    "path",
    [
        "/no-such-page/",
        "/no-such-page",
        "/xx/",
        "/en/",
        "/de/contacts/",
        "/ur/no-such-page/",
        "/topics/no-such-topic/",
        "/services/%FF%FE/",
        "/services/%F0%9F%98%80/",
        "/services/../../etc/passwd",
        "/guides/home/",
        "/guides/help-now/",
        "/strategy/overview/",
        "/" + "a" * 3000 + "/",
        "/topics/law/%0a/",
        "/admin.php",
    ],
)
def test_an_unknown_address_is_a_page_with_the_numbers(client, path):
    response = client.get(path)
    if response.status_code == 301:
        response = client.get(response["Location"])
    page = Page(response)
    assert response.status_code == 404
    assert page.faults == []
    assert_critical_numbers(page)


@pytest.mark.parametrize("path", ["/topics/law%00/", "/?q=%00", "/ur/?%00", "/%00"])
def test_a_nul_byte_is_refused_with_a_page(client, path):
    page = Page(client.get(path))
    assert page.response.status_code == 400
    assert page.faults == []
    assert_critical_numbers(page)


@pytest.mark.parametrize("query", ["?q=%FF", "?%F0%28", "?a=" + "b" * 5000, "?&&==%"])
def test_a_broken_query_does_no_harm(client, query):
    page = Page(client.get(f"/contacts/{query}"))
    assert page.response.status_code == 200
    assert_critical_numbers(page)


def test_a_wrong_host_is_a_page_with_the_numbers(client):
    page = Page(client.get("/", headers={"host": "evil.example"}))
    assert page.response.status_code == 400
    assert page.faults == []
    assert_critical_numbers(page)
    assert "evil.example" not in page.html


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["/", "/contacts/", "/topics/law/", "/emergency/"])
def test_a_form_that_no_page_accepts_gets_a_page_with_the_numbers(client, method, path):
    page = Page(getattr(client, method)(path, {"name": "a\x00b\ud800".encode("utf-8", "replace")}))
    assert page.response.status_code == 405
    assert page.response["Allow"] == "GET, HEAD"
    assert page.faults == []
    assert_critical_numbers(page)


@pytest.mark.parametrize("path", ["/", "/no-such-page/", "/robots.txt", "/topics", "/find/x/"])
def test_head_answers_like_get_without_the_page(path):
    get, head = (ask(wsgi.application, environ(path.encode(), way)) for way in ("GET", "HEAD"))
    assert head.body == b""
    assert (head.status, head.headers) == (get.status, get.headers)


@pytest.mark.parametrize("path", ["/", "/find/", "/ur/contacts/", "/robots.txt", "/nothing/"])
def test_a_poisoned_request_leaves_nothing_for_the_next(path):
    def open_it(**headers):
        return ask(wsgi.application, environ(path.encode(), query="q=1", headers=headers))

    clean = open_it()
    poison = dict.fromkeys(fuzzing.HEADERS, "evil.example") | {"Content-Length": "0"}
    poisoned = [open_it(**poison), open_it(**poison | {"Host": None})]
    poisoned.append(open_it(**{name: poison[name] for name in poison if name != "Host"}))
    for answer in poisoned:
        assert answer.status < 500
        assert b"evil.example" not in answer.body
        assert not any("evil.example" in value for _, value in answer.headers)
    assert poisoned[-1].body == clean.body, "no header changes a page"
    assert open_it() == clean


CHARSETS = ["hex", "rot13", "idna", "punycode", "undefined", "utf-16", "no-such-charset"]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x"])
def test_an_unknown_charset_does_no_harm(charset, kind):
    headers = {"Content-Type": f"{kind}; charset={charset}"}
    page = Page(ask(wsgi.application, environ(b"/", query="q=%ff", headers=headers)))
    assert page.response.status == 200
    assert_critical_numbers(page)


def test_a_multipart_form_whose_parts_cannot_be_told_apart_is_refused_with_a_page():
    headers = {"Content-Type": "multipart/form-data; boundary*=no-such-charset''x"}
    sent = environ(b"/find/", "POST", headers=headers, body=b"--x")
    page = Page(ask(wsgi.application, sent))
    assert page.response.status == 400
    assert page.faults == []
    assert_critical_numbers(page)


@pytest.mark.parametrize("length", ["", "-1", "5, 5", "many", "9" * 5000, None])
def test_a_malformed_length_counts_as_nothing_sent(length):
    headers = {"Content-Length": length, "Content-Type": "application/x-www-form-urlencoded"}
    answer = ask(wsgi.application, environ(b"/find/", "POST", headers=headers, body=b"words=a"))
    assert answer.status == 200
    assert {box.get("value") for box in Page(answer).all("input")} == {""}


def test_a_multipart_form_is_read_as_utf_8():
    kind = 'multipart/form-data; charset="latin-1"; boundary=----x'
    body = (
        b'------x\r\nContent-Disposition: form-data; name="words"\r\n\r\n'
        + "żeńska pomoc".encode()
        + b"\r\n------x--\r\n"
    )
    sent = environ(b"/find/", "POST", headers={"Content-Type": kind}, body=body)
    page = Page(ask(wsgi.application, sent))
    assert "żeńska pomoc" in [box.get("value") for box in page.all("input")]


def test_a_failure_before_there_is_a_page_shows_the_emergency_page(monkeypatch):
    def broken(environ, start_response):
        raise RuntimeError("no request could be made of this")

    monkeypatch.setattr(wsgi, "django", broken)
    page = Page(ask(wsgi.guarded, environ(b"/")))
    assert page.response.status == 500
    assert page.response.get("Cache-Control") == "no-store"
    assert page.faults == []
    assert ("tel:01384455411", "01384 455411") in page.lines


@pytest.fixture
def dead_database():
    """Every query fails, as when the database has gone away."""

    def fail(*args, **kwargs):
        raise DatabaseError("the database is gone")

    with connection.execute_wrapper(lambda *args: fail()):
        yield


@pytest.mark.parametrize("path", ["/", "/contacts/", "/topics/law/", "/ur/help-now/"])
def test_without_a_database_every_page_still_has_the_numbers(client, dead_database, path):
    client.raise_request_exception = False
    page = Page(client.get(path))
    assert page.response.status_code == 500
    assert page.faults == []
    assert ("tel:999", "999") in page.lines
    assert ("tel:01384455411", "01384 455411") in page.lines
    assert for_all(page.one("html").get("lang")) in page.text
    assert page.response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status"), [("/no-such-page/", 404), ("/%00", 400), ("/emergency/", 200)]
)
def test_the_error_pages_use_no_database(client, dead_database, path, status):
    page = Page(client.get(path))
    assert page.response.status_code == status
    assert ("tel:999", "999") in page.lines
    assert ("tel:01384455411", "01384 455411") in page.lines


def test_the_emergency_page_answers_when_the_page_frame_breaks_too(
    client, dead_database, monkeypatch
):
    def broken(*args, **kwargs):
        raise RuntimeError("the template is broken")

    monkeypatch.setattr(views, "render", broken)
    client.raise_request_exception = False
    page = Page(client.get("/"))
    assert page.response.status_code == 500
    assert page.faults == []
    assert ("tel:01384455411", "01384 455411") in page.lines


def test_every_fixed_page_works_with_an_empty_database(client):
    Service.objects.all().delete()
    for model in (Guide, FormOfAbuse):
        model.objects.filter(slug__isnull=False).update(is_published=False)
    Chapter.objects.update(is_published=False)
    Phone.objects.update(fallback=None)
    Phone.objects.all().delete()
    for path in [
        "/",
        "/help-now/",
        "/using-this-site/",
        "/accessibility/",
        "/privacy/",
        "/guides/",
        "/topics/",
        "/services/",
        "/contacts/",
        "/strategy/",
    ]:
        page = Page(client.get(path))
        assert page.response.status_code == 200, path
        assert page.faults == [], path
        assert ("tel:999", "999") in page.lines
        assert ("tel:01384455411", "01384 455411") in page.lines
        assert "{" not in page.text


@pytest.mark.parametrize(
    ("method", "path"), [("get", "/typed-by-somebody/"), ("get", "/%00typed"), ("post", "/topics/")]
)
def test_a_refusal_leaves_no_line_in_the_log(client, caplog, method, path):
    assert getattr(client, method)(path).status_code in {400, 404, 405}
    assert caplog.text == ""
