"""Serving: pages from memory, checked when loaded, and never from two editions."""

import gzip
import os
import shutil

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client

from contacts import critical
from helphub.content import router
from helphub.editions import integrity, manifests, serve, store
from helphub.middleware import emergency_answer
from helphub.search import views as search_views
from strategy.models import Guide
from tests.support.edition_server import Answer, behind
from tests.support.reader import Page

pytestmark = pytest.mark.languages("en", "ur")

LAW = "/topics/law/"


@pytest.fixture
def server(editions):
    return serve.Server(behind, emergency_answer)


def look_again(server):
    server.looked_at -= 1


def copy_as(number):
    """The first edition again, under another number."""
    shutil.copytree(store.folder_of(1), store.folder_of(number))


def test_a_page_is_sent_as_it_was_made(server, client):
    original = (store.current() / "pages/topics/law.html").read_bytes()
    for accepted, unpack in (
        ("gzip, deflate, br", brotli.decompress),
        ("gzip", gzip.decompress),
        ("br;q=0, gzip;q=0.5", gzip.decompress),
        ("", bytes),
        ("identity", bytes),
        ("gzip;q=nonsense", bytes),
    ):
        answer = Answer(server, LAW, HTTP_ACCEPT_ENCODING=accepted)
        assert answer.status_code == 200
        assert unpack(answer.content) == original, accepted
        assert answer["Content-Length"] == str(len(answer.content))
        assert answer["Vary"] == "Accept-Encoding"


def test_a_page_has_the_headers_of_the_live_page(server, client):
    wanted = client.get(LAW).headers
    answer = Answer(server, LAW)
    headers = {name: value for name, value in answer.headers.items() if name != "Vary"}
    assert headers == {k: v for k, v in wanted.items() if k != "Vary"} | {
        "Content-Length": str(len(answer.content))
    }
    names = list(answer.headers)
    assert names.index("X-Accel-Expires") < names.index("Cache-Control")


def test_the_query_is_ignored(server):
    assert Answer(server, f"{LAW}?fbclid=1&q=%00").content == Answer(server, LAW).content


def test_head_is_answered_without_the_page(server):
    answer = Answer(server, LAW, "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer["Content-Length"]) > 10_000


@pytest.mark.parametrize(
    ("path", "method", "environment"),
    [
        (LAW, "POST", {}),
        ("/find/", "POST", {}),
        ("/no-such-page/", "GET", {}),
        ("/topics/law", "GET", {}),
        ("/admin/", "GET", {}),
        ("/healthz/live", "GET", {}),
        (LAW, "GET", {"HTTP_HOST": "evil.example"}),
    ],
)
def test_a_request_for_no_page_goes_on_to_django_with_its_edition(
    server, path, method, environment
):
    answer = Answer(server, path, method, **environment)
    assert answer.status_code == 299
    assert answer.content.decode() == str(store.folder_of(1))


def test_plain_http_is_redirected_where_https_is_required(server, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Answer(server, LAW).status_code == 299
    assert Answer(server, LAW, HTTP_X_FORWARDED_PROTO="https").status_code == 200


def test_old_addresses_are_redirected_without_django(server):
    answer = Answer(server, "/stalking")
    assert (answer.status_code, answer["Location"]) == (302, "/topics/being-followed/")


def test_a_new_current_edition_is_noticed_without_a_restart(server):
    copy_as(2)
    store.switch(2)
    look_again(server)
    assert server.current().folder == store.folder_of(2)
    assert Answer(server, LAW).status_code == 200


@pytest.mark.parametrize("suffix", [".gz", ".br"])
def test_one_altered_file_makes_the_server_refuse_the_edition(server, suffix, caplog):
    copy_as(2)
    path = store.folder_of(2) / "pages/ur/topics/law.html"
    path = path.with_name(path.name + suffix)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    store.switch(2)
    look_again(server)
    assert server.current().folder == store.folder_of(1)
    assert "altered" in caplog.text
    caplog.clear()
    look_again(server)
    assert server.current().folder == store.folder_of(1)
    assert not caplog.text
    # And after a restart.
    assert serve.Server(behind, emergency_answer).current().folder == store.folder_of(1)


def test_an_edition_that_was_refused_is_tried_again(server):
    copy_as(2)
    path = store.folder_of(2) / "pages/topics/law.html.gz"
    original = path.read_bytes()
    path.write_bytes(original[:-1])
    store.switch(2)
    look_again(server)
    assert server.current().folder == store.folder_of(1)
    path.write_bytes(original)
    server.not_before = 0
    look_again(server)
    assert server.current().folder == store.folder_of(2)


@pytest.mark.parametrize("name", integrity.FILES)
def test_the_files_that_find_and_error_pages_read_are_checked_too(server, name, caplog):
    copy_as(2)
    path = store.folder_of(2) / name
    path.write_bytes(path.read_bytes() + b" ")
    store.switch(2)
    look_again(server)
    assert server.current().folder == store.folder_of(1)
    assert f"{name} of edition 000002 was altered" in caplog.text


def test_a_server_that_refuses_the_current_edition_is_not_fresh(editions, settings):
    settings.FOR_OFFICERS = False  # A real request would close the test's own connection.
    copy_as(2)
    path = store.folder_of(2) / "content.sqlite3"
    path.write_bytes(path.read_bytes() + b" ")
    store.switch(2)
    server = serve.Server(WSGIHandler(), emergency_answer)
    # A server may be about to load the edition that was only just switched to.
    assert Answer(server, "/healthz/fresh").status_code == 200
    os.utime(editions / "current", (1, 1), follow_symlinks=False)
    answer = Answer(server, "/healthz/fresh")
    assert answer.status_code == 503
    assert b"is not serving edition 000002" in answer.content
    assert serve.Server(WSGIHandler(), emergency_answer).current().folder == store.folder_of(1)


def test_an_edition_that_an_officer_went_back_from_is_never_served(editions):
    copy_as(2)
    (store.folder_of(1) / "manifest.json").write_text("{")
    assert serve.Server(behind, emergency_answer).current() is None


@pytest.mark.parametrize("harm", ["deleted", "torn", "empty", "newer", "gone"])
def test_an_incomplete_edition_gives_way_to_the_one_before(editions, harm, caplog):
    copy_as(2)
    store.switch(2)
    folder = store.folder_of(2)
    manifest = folder / "manifest.json"
    if harm == "deleted":
        (folder / "pages/index.html.gz").unlink()
    elif harm == "torn":
        manifest.write_bytes(manifest.read_bytes()[:-1000])
    elif harm == "empty":
        manifest.write_text("")
    elif harm == "newer":
        manifest.write_text(manifest.read_text().replace('"format": 2', '"format": 3', 1))
    else:
        shutil.rmtree(folder)
    server = serve.Server(behind, emergency_answer)
    assert server.current().folder == store.folder_of(1)
    assert Answer(server, LAW).status_code == 200


def test_pages_that_two_editions_share_are_in_memory_once(server):
    before = server.current()
    copy_as(2)
    store.switch(2)
    look_again(server)
    after = server.current()
    assert after is not before
    assert after.pages[LAW].packed is before.pages[LAW].packed


def test_an_edition_that_shows_something_withdrawn_is_never_served(editions):
    copy_as(2)
    store.switch(2)
    store.forbid(2, "It shows something that was withdrawn.")
    assert serve.Server(behind, emergency_answer).current().folder == store.folder_of(1)


def test_without_an_edition_and_without_a_database_the_numbers_are_shown(
    settings, tmp_path, client
):
    settings.EDITIONS_DIR, settings.FOR_OFFICERS = tmp_path, False
    server = serve.Server(behind, emergency_answer)
    for path in ("/", LAW, "/find/"):
        answer = Answer(server, path)
        page = Page(answer)
        assert answer.status_code == 503
        assert ("tel:999", "999") in page.lines
        assert ("tel:01384455411", "01384 455411") in page.lines
        assert answer["Cache-Control"] == "no-store"
        # It has the same headers as every page.
        wanted = dict(client.get("/no-such-page/").headers)
        for name in ("CDN-Cache-Control", "Content-Language", "Content-Length", "Vary"):
            wanted.pop(name, None)
        assert wanted.items() <= answer.headers.items()
        assert answer["Retry-After"] == "60"
        assert answer["Content-Length"] == str(len(answer.content))
    assert Answer(server, "/", "HEAD").content == b""
    assert Answer(server, "/healthz/live").status_code == 299


# Django behind it


def test_a_public_view_cannot_reach_the_working_database(editions, monkeypatch):
    def curious():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    Guide.objects.filter(slug="consent").update(title="Only saved", name_en="Only saved")
    client = Client()
    # The pages that readers ask of Django read the edition...
    assert "Only saved" not in client.get("/guides/consent/").content.decode()
    monkeypatch.setattr("helphub.error_pages.owner_name", curious)
    # ...and one that goes to the working database itself is refused.
    with pytest.raises(router.NotForReadersError):
        client.get("/emergency/")


def test_a_reader_cannot_write(editions):
    with router.reading(store.current()), pytest.raises(Exception, match="readonly"):
        Guide.objects.filter(slug="consent").update(position=3)


def test_find_searches_the_edition(editions, client):
    Guide.objects.filter(slug="consent").update(is_published=False)
    answer = client.post("/find/", {"words": "consent"}, follow=True)
    assert "/guides/consent/" in Page(answer).internal_links


def test_an_edition_of_another_release_is_still_served(editions, client):
    manifest = editions / "000001" / "manifest.json"
    text = manifest.read_text()
    mark = manifests.read_manifest(store.current())["schema"]
    manifest.write_text(text.replace(mark, "of another release"))
    os.utime(manifest)
    server = serve.Server(WSGIHandler(), emergency_answer)
    assert Answer(server, LAW).status_code == 200
    sent = Answer(
        server,
        "/find/",
        "POST",
        body=b"words=consent",
        CONTENT_TYPE="application/x-www-form-urlencoded",
        CONTENT_LENGTH="13",
    )
    page = Page(sent)
    assert sent.status_code == 503
    assert ("tel:01384455411", "01384 455411") in page.lines
    assert "/services/" in page.internal_links
    assert Answer(server, "/topics/nothing/").status_code == 404


def test_only_a_few_readers_can_search_at_once(editions, client):
    for _ in range(search_views.AT_ONCE):
        assert search_views.places.acquire(blocking=False)
    try:
        answer = client.post("/find/", {"words": "consent"})
        page = Page(answer)
        assert answer.status_code == 503
        assert answer["Retry-After"] == "60"
        assert ("tel:01384455411", "01384 455411") in page.lines
    finally:
        for _ in range(search_views.AT_ONCE):
            search_views.places.release()
    assert client.post("/find/", {"words": "consent"}).status_code == 200


def test_the_numbers_on_error_pages_come_from_the_edition(editions, client):
    path = editions / "000001" / "critical_numbers.json"
    path.write_text(path.read_text().replace("01384 455411", "01384 000000"))
    assert "01384 000000" in client.get("/no-such-page/").content.decode()
    path.write_text("torn")
    os.utime(path)
    critical._read.cache_clear()
    assert "01384 455411" in client.get("/no-such-page/").content.decode()
