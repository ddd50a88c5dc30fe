"""nginx, the front and the application as real processes: what readers get when one fails.

Whatever happens to the front, nginx shows the current edition or asks the application for it.
"""

import gzip
import http.client
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import brotli
import pytest
from django.conf import settings as project

from contacts.models import Phone
from deploy.nginx import render
from helphub.editions import health, manifests, publish, sources, store, withdrawing
from services.models import Location, Service, Town
from strategy.models import Guide

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
HAS_BROTLI = (Path(render.MODULES) / render.BROTLI).exists()
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        os.environ.get("CI") != "true" and not (NGINX and HAS_BROTLI),
        reason="nginx or its brotli is not here. On Debian: apt-get install nginx-light "
        "libnginx-mod-http-brotli-static",
    ),
]
PUBLIC, ADMIN = "localhost", "admin.localhost"
FULL_DISK = pytest.mark.skipif(os.geteuid() != 0, reason="Only root mounts a small disk.")
# Every answer has these, whichever process sends it.
HEADERS = {"content-security-policy", "x-content-type-options", "referrer-policy"}
HEADERS |= {"cross-origin-opener-policy", "cross-origin-resource-policy", "permissions-policy"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(is_so, seconds=60):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "What the test waited for did not come."
        time.sleep(0.05)


class Served:
    """What readers are sent, and the processes that send it."""

    def __init__(self, folder, editions):
        self.folder, self.editions = folder, editions
        self.front, self.port = folder / "front", free_port()
        self.plain_port = free_port()
        self.processes = {}
        for path in (self.front, folder / "nginx", folder / "tmp"):
            path.mkdir()
            path.chmod(0o755)
        self.log = folder / "log"

    def environment(self):
        return {k: os.environ[k] for k in ("PATH", "HOME", "LANG") if k in os.environ} | {
            "SECRET_KEY": "of these tests alone: long enough, and with many different letters 0123",
            "HELPHUB_ROLE": "public",
            "ALLOWED_HOSTS": PUBLIC,
            "PUBLIC_HOST": PUBLIC,
            "EXIT_URL": "https://www.example.com/",
            "EDITIONS_DIR": str(self.editions),
            "FRONT_DIR": str(self.front),
            "TMPDIR": str(self.folder / "tmp"),
        }

    def start(self, name, command, **options):
        with self.log.open("ab") as log:
            self.processes[name] = subprocess.Popen(
                list(map(str, command)),
                cwd=project.BASE_DIR,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                **options,
            )

    def start_application(self):
        command = [sys.executable, "-m", "gunicorn", "helphub.wsgi", "--workers", "1"]
        command += ["--config", "deploy/serving.py", "--bind", f"unix:{self.folder}/app"]
        self.start("application", command)
        until((self.folder / "app").exists)

    def start_front(self, **options):
        command = [sys.executable, "-m", "deploy.nginx.front", self.front, "--watch"]
        self.start("front", [*command, "--nginx", self.folder / "nginx/nginx.pid"], **options)

    def start_nginx(self, **values):
        listen = f"listen 127.0.0.1:{self.port}"
        text = render.render(
            {
                "BROTLI_MODULE": render.brotli_module(),
                "USER": "user www-data;" if os.geteuid() == 0 else "",
                "RUN": str(self.folder / "nginx"),
                "LOG": str(self.log),
                "FILES": "1000",
                "FRONT": str(self.front),
                "PUBLIC_1": f"{self.folder}/app",
                "PUBLIC_2": f"{self.folder}/app",
                "ADMIN": f"{self.folder}/app",
                "LISTEN_DEFAULT": f"{listen} default_server;",
                "LISTEN": f"{listen};",
                "LISTEN_ADMIN": f"{listen};",
                "LISTEN_HTTP": f"listen 127.0.0.1:{self.plain_port};",
                "TO_HTTPS": render.TO_HTTPS,
                "PUBLIC_HOST": PUBLIC,
                "ADMIN_HOST": ADMIN,
                "ALLOW": "",
            }
            | values
        )
        text = text.replace("worker_connections 16000", "worker_connections 500")
        (self.folder / "nginx.conf").write_text(text)
        command = [NGINX, "-c", self.folder / "nginx.conf", "-e", "stderr", "-g", "daemon off;"]
        self.start("nginx", command)
        until((self.folder / "nginx/nginx.pid").exists)
        until(lambda: self.status("/healthz/live") == 200)

    def end(self, name, number=signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(self.processes[name].pid, number)
        self.processes.pop(name).wait()

    def ask(self, path, method="GET", host=PUBLIC, port=None, headers=()):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        connection.request(method, path, headers={"Host": host, **dict(headers)})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, body

    def status(self, path):
        try:
            return self.ask(path)[0]
        except OSError:
            return None

    def body(self, path):
        return self.ask(path)[2].decode()

    def is_open(self):
        return (self.front / "open").is_symlink()

    def comes_from_the_application(self, path="/"):
        """Whether the application serves the page: then it does not come while that is paused."""
        group = self.processes["application"].pid
        os.killpg(group, signal.SIGSTOP)
        try:
            return self.ask(path)[0] == 503
        finally:
            os.killpg(group, signal.SIGCONT)


@pytest.fixture
def built(editions, settings):
    # nginx's workers run as another account, which cannot enter pytest's own folder.
    with tempfile.TemporaryDirectory(prefix="hub-front-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        settings.EDITIONS_DIR = shutil.copytree(editions, folder / "editions", symlinks=True)
        served = Served(folder, settings.EDITIONS_DIR)
        settings.FRONT_DIR = served.front
        try:
            yield served
        finally:
            for name in list(served.processes):
                served.end(name, signal.SIGTERM if name == "nginx" else signal.SIGKILL)


@pytest.fixture
def served(built):
    built.start_application()
    built.start_front()
    until(built.is_open)
    built.start_nginx()
    return built


def test_readers_are_sent_the_compressed_pages_as_they_were_made(served):
    page = manifests.pages_of(store.current())["/"]
    file = store.current() / "pages" / page["file"]
    for accepted, unpack, encoding in (
        ("gzip, br", brotli.decompress, "br"),
        ("gzip", gzip.decompress, "gzip"),
    ):
        status, headers, body = served.ask("/", headers=[("Accept-Encoding", accepted)])
        assert (status, headers["content-encoding"]) == (200, encoding)
        assert unpack(body) == file.read_bytes()
        assert "Accept-Encoding" in headers["vary"]
    assert not served.comes_from_the_application()


def test_each_page_is_compressed_as_far_as_possible_once_it_is_shown(served):
    """Brotli's best quality is too slow while people wait for an edition."""
    page = manifests.pages_of(store.current())["/"]
    file = store.current() / "pages" / page["file"]
    as_made = file.with_name(f"{file.name}.br").read_bytes()

    def sent():
        return served.ask("/", headers=[("Accept-Encoding", "br")])[2]

    until(lambda: len(sent()) < len(as_made), 120)
    assert brotli.decompress(sent()) == file.read_bytes()
    # The next edition has it at once.
    mark, packed = page["sha256"], served.front / "packed"
    copy, made_at = (served.front / "current").resolve(), (packed / mark).stat().st_mtime_ns
    Guide.objects.filter(slug="consent").update(body_en="Other words.")
    publish.publish()
    until(lambda: (served.front / "current").resolve() != copy)
    new = (served.front / "current" / "pages" / f"{page['file']}.br").read_bytes()
    assert len(new) < len(as_made)
    assert (packed / mark).stat().st_mtime_ns == made_at
    # Copies that no page uses any more are dropped.
    Guide.objects.filter(slug="home").update(name_en="Other words")
    publish.publish()
    until(lambda: b"Other words" in brotli.decompress(sent()))
    until(lambda: not (packed / mark).exists())
    assert served.is_open()


def test_a_page_that_was_altered_after_compressing_again_is_refused(served):
    until(lambda: any((served.front / "packed").iterdir()))
    mark = manifests.pages_of(store.current())["/"]["sha256"]
    packed = served.front / "packed" / mark
    until(packed.exists, 120)
    packed.write_bytes(brotli.compress(b"Something else."))
    old = (served.front / "current").resolve()
    Guide.objects.filter(slug="consent").update(body_en="Other words.")
    publish.publish()
    until(lambda: (served.front / "current").resolve() != old)
    copy = served.front / "current/pages/index.html.br"
    assert b"Something else." not in brotli.decompress(copy.read_bytes())
    # nginx serves the previous copy until it has read what to serve now.
    until(lambda: "Other words." in served.body("/guides/consent/"))
    sent = served.ask("/", headers=[("Accept-Encoding", "br")])[2]
    assert b"Something else." not in brotli.decompress(sent)
    assert not served.comes_from_the_application()


def test_erasing_an_edition_leaves_the_pages_of_the_others_compressed(served):
    publish.publish()
    until(lambda: len(list((served.front / "packed").iterdir())) > 5, 120)
    old = (served.front / "current").resolve()
    Guide.objects.filter(slug="home").update(name_en="Other words")
    publish.publish()
    until(lambda: (served.front / "current").resolve() != old)
    before = len(list((served.front / "packed").iterdir()))
    store.erase(2)
    until(lambda: not (old / "pages").exists())
    until(lambda: len(list((served.front / "packed").iterdir())) > before + 5, 120)


def is_fresh(served):
    return served.status("/healthz/fresh") == 200


@contextmanager
def full_disk(folder, room):
    """Put the folder on its own disk of this size, and return a function that resizes it."""

    def size(room):
        command = ["mount", "-o", f"remount,size={room}", folder]
        subprocess.run(command, check=True)

    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", folder], check=True)
    folder.chmod(0o755)
    try:
        yield size
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def withdraw_galop():
    withdrawing.withdraw(Phone.objects.get(slug="h-galop"), "an officer", "It does not answer")
    publish.publish(sources.WITHDRAWAL)


NUMBER, PAGE = "tel:08009995428", "/contacts/"


@FULL_DISK
def test_on_a_full_disk_nginx_shows_nothing_withdrawn_and_recovers_by_itself(built):
    with full_disk(built.front, "200m") as size:
        built.start_application()
        built.start_front()
        until(built.is_open)
        built.start_nginx()
        assert NUMBER in built.body(PAGE)
        assert not built.comes_from_the_application(PAGE)
        until(lambda: is_fresh(built))
        used = shutil.disk_usage(built.front).used
        size(used + 3_000_000)
        withdraw_galop()
        until(lambda: NUMBER not in built.body(PAGE), 15)
        until(lambda: "No space left" in str(health.faults_of_front()))
        until(lambda: built.status(PAGE) == 200, 30)
        assert not built.is_open()
        status, _, body = built.ask("/healthz/fresh")
        assert (status, b"nginx does not have edition 000002" in body) == (503, True)
        assert NUMBER not in built.body(PAGE)
        size("200m")
        until(built.is_open)
        assert NUMBER not in built.body(PAGE)
        until(lambda: not built.comes_from_the_application(PAGE))
        until(lambda: is_fresh(built))
        for name in list(built.processes):
            built.end(name, signal.SIGTERM)


STREET = "1 Zephyrine Street"


def a_place():
    """A public place whose service has a page for readers, and that page."""
    service = Service.objects.get(line="h-sarc-finder")
    place = Location(
        service=service,
        town=Town.objects.get(slug="sedgley"),
        address="public",
        address_1=STREET,
        postal_code="DY1 1HF",
    )
    place.save()
    return place, service.get_absolute_url()


def test_a_withdrawn_place_is_gone_even_if_the_front_is_killed_and_leaves_its_link(served):
    place, page = a_place()
    done = publish.publish()
    shown = store.folder_of(done.number)
    assert withdrawing.shows(shown, [("services.location", place.pk)])
    until(lambda: is_taken(served, done) and served.is_open())
    until(lambda: STREET in served.body(page))
    served.end("front")
    assert served.is_open()
    assert not served.comes_from_the_application(page)
    withdrawing.withdraw(place, "an officer", "Somebody could be found there")
    publish.publish(sources.WITHDRAWAL)
    assert not shown.exists()
    until(lambda: STREET not in served.body(page), 15)
    assert served.comes_from_the_application(page)
    until(lambda: served.status(page) == 200, 30)
    os.utime(served.front / "beat", (1, 1))
    os.utime(served.editions / "current", (1, 1), follow_symlinks=False)
    assert "The front is not running" in str(health.faults_of_front())
    served.start_front()
    until(lambda: not served.comes_from_the_application(PAGE))
    # The copy of the erased edition is gone too.
    assert not [p for p in served.front.rglob("*.html") if STREET in p.read_text()]


def test_a_withdrawn_number_is_not_shown_while_the_front_hangs(served):
    served.processes["front"].send_signal(signal.SIGSTOP)
    withdraw_galop()
    until(lambda: NUMBER not in served.body(PAGE), 15)
    served.processes["front"].send_signal(signal.SIGCONT)
    until(lambda: not served.comes_from_the_application(PAGE))
    assert NUMBER not in served.body(PAGE)


def test_a_half_copied_edition_is_used_once_it_is_complete(served):
    Guide.objects.filter(slug="consent").update(body_en="Of the second edition.")
    elsewhere = served.folder / "elsewhere"
    shutil.copytree(served.editions, elsewhere, symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(project, "EDITIONS_DIR", elsewhere)
        publish.publish()
    page = "pages/guides/consent.html.br"
    missing = (elsewhere / "000002" / page).read_bytes()
    (elsewhere / "000002" / page).unlink()
    shutil.copytree(elsewhere / "000002", served.editions / "000002")
    store.switch(2)
    until(lambda: health.faults_of_front())
    assert not served.is_open()
    assert served.status("/guides/consent/") == 200
    (served.editions / "000002" / page).write_bytes(missing)
    until(served.is_open)
    until(lambda: not served.comes_from_the_application())
    until(lambda: "Of the second edition." in served.body("/guides/consent/"))
    assert health.faults_of_front() == []


def test_a_front_killed_while_copying_leaves_nothing_wrong_and_starts_again(served):
    for _ in range(3):
        Guide.objects.filter(slug="consent").update(body_en=f"At {time.time()}.")
        done = publish.publish()
        until(lambda done=done: list(served.front.glob(".work-*")) or is_taken(served, done), 5)
        served.end("front")
        until(lambda: served.status("/guides/consent/") == 200, 30)
        served.start_front()
        until(lambda done=done: is_taken(served, done) and served.is_open())
    assert not list(served.front.glob(".work-*"))


def is_taken(served, done):
    return os.readlink(served.front / "current").startswith(f"{done.number:06}-")


def test_the_application_answers_if_there_is_no_room_from_the_start(built):
    built.start_application()
    limit = (30_000, 30_000)
    built.start_front(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    until((built.front / "current").exists)
    built.start_nginx()
    assert NUMBER in built.body(PAGE)
    assert not built.is_open()
    assert "File too large" in str(health.faults_of_front())


def test_pages_changed_in_nginxs_own_copy_are_put_right(served):
    copy = (served.front / "current").resolve()
    file = copy / "pages/contacts.html"
    file.write_bytes(file.read_bytes().replace(NUMBER.encode(), b"tel:08009995429"))
    until(lambda: NUMBER in served.body(PAGE), 90)
    until(served.is_open)


# What nginx or gunicorn answers by itself


def spoken(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        with suppress(ConnectionResetError, TimeoutError):
            while part := connection.recv(65536):
                answer += part
        return answer


def line(path, method=b"GET", host=PUBLIC, more=b""):
    host = host.encode()
    return b"%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n" % (method, path, host, more)


WORDS = b"zqcanaryxq"
ODD = {
    "raw bytes": line(b"/" + WORDS + b"/\xff\xfe/"),
    "raw letters": line(b"/find/?words=" + WORDS + "é".encode(), b"POST"),
    "raw bytes in an address of the admin": line(b"/admin/" + WORDS + b"\xe9", host=ADMIN),
    "a NUL": line(b"/" + WORDS + b"\x00"),
    "an odd method": line(b"/" + WORDS, b"QQ"),
    "a long method": line(b"/" + WORDS, b"A" * 60),
    "an odd method in the admin": line(b"/admin/" + WORDS, b"A_B", host=ADMIN),
    "many headers in the admin": line(
        b"/admin/" + WORDS, host=ADMIN, more=b"".join(b"X-%d: a\r\n" % n for n in range(150))
    ),
    "a long header of what the application reads": line(
        b"/" + WORDS + b"/", more=b"Accept-Encoding: " + b"x" * 8150 + b"\r\n"
    ),
    "a long type": line(b"/" + WORDS + b"/", more=b"Content-Type: " + b"x" * 8150 + b"\r\n"),
    "a header too long": line(b"/" + WORDS, more=b"X: " + b"x" * 40_000 + b"\r\n"),
    "no host of ours": line(b"/" + WORDS, host="evil.example"),
    "no request": b"what?\r\n\r\n",
    "another coding": line(b"/find/" + WORDS, b"POST", more=b"Transfer-Encoding: odd\r\n"),
    "TRACE": line(b"/" + WORDS, b"TRACE"),
    "too much": line(b"/find/", b"POST", more=b"Content-Length: 99999\r\n"),
    "a range": line(b"/", more=b"Range: bytes=9999999-\r\n"),
} | {
    f"an address of {length} characters, {host}": line(
        beginning + WORDS + b"x" * (length - len(beginning + WORDS)), host=host
    )
    for host, beginning in ((PUBLIC, b"/find/?q="), (ADMIN, b"/admin/"))
    for length in (3990, 4000, 4001, 4070, 4094, 5000, 8170, 8180, 8190, 8192, 20_000)
}


def test_every_answer_has_the_numbers_and_headers_and_no_log_has_the_request(served):
    wrong = {}
    for what, request in ODD.items():
        answer = spoken(served.port, request)
        head, _, body = answer.partition(b"\r\n\r\n")
        named = {
            header.partition(b":")[0].strip().lower().decode() for header in head.split(b"\r\n")[1:]
        }
        status = head[9:12]
        if status in {b"301", b"302"}:  # The admin's, to its sign-in.
            continue
        if b"tel:999" not in body or not named >= HEADERS or b"gunicorn" in answer:
            wrong[what] = head, body[:200]
    assert not wrong
    for name in ("application", "nginx", "front"):
        assert served.processes[name].poll() is None
    assert WORDS not in served.log.read_bytes()


def test_officers_from_elsewhere_are_refused_with_the_numbers(built):
    built.start_application()
    built.start_front()
    until(built.is_open)
    built.start_nginx(ALLOW="deny all;")
    status, headers, body = built.ask("/admin/", host=ADMIN)
    assert (status, b"tel:999" in body) == (403, True)
    assert set(headers) >= HEADERS


def test_an_error_in_the_application_logs_no_address(served):
    # Break its edition underneath it, in a way no check expects.
    manifest = store.current() / "manifest.json"
    manifest.write_text('{"format": 2, "pages": [], "headers": {}, "files": []}')
    os.utime(served.editions / "current", follow_symlinks=False)
    (served.front / "open").unlink()
    for _ in range(4):
        status, _, body = served.ask(f"/{WORDS.decode()}/")
        assert (status, b"tel:999" in body) == (404, True)
        time.sleep(0.6)
    assert WORDS not in served.log.read_bytes()


def test_the_applications_own_error_pages_are_passed_on(served):
    status, _, body = served.ask("/no-such-page/")
    assert (status, b"<main" in body) == (404, True)
    status, _, body = served.ask("/topics/law/", "PUT")
    assert (status, b"<main" in body) == (405, True)


def test_nginxs_own_redirects_have_the_headers(served):
    status, headers, _ = served.ask("/", host=ADMIN)
    assert status == 302
    assert set(headers) >= HEADERS
    for host in (PUBLIC, ADMIN):
        status, headers, _ = served.ask("/help-now/?x=1", host=host, port=served.plain_port)
        assert (status, headers["location"]) == (301, f"https://{host}/help-now/?x=1")
        # No HSTS on plain http: browsers would ignore it.
        assert set(headers) >= HEADERS
        assert "strict-transport-security" not in headers
    answer = spoken(served.plain_port, line(b"/" + WORDS + b"\xff"))
    assert b" 400 " in answer[:20]
    assert b"tel:999" in answer


def test_http_on_the_https_port_gets_the_numbers(built):
    folder = built.folder
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-keyout", folder / "key", "-out", folder / "pem"]
    subprocess.run(command, check=True, capture_output=True)
    built.start_application()
    built.start_front()
    until(built.is_open)
    port = free_port()
    listen = f"listen 127.0.0.1:{port} ssl"
    keys = f"ssl_certificate {folder}/pem;\nssl_certificate_key {folder}/key;"
    built.start_nginx(
        LISTEN=f"listen 127.0.0.1:{built.port};\n{listen};\n{keys}",
    )
    answer = spoken(port, line(b"/help-now/"))
    assert b" 400 " in answer[:20]
    assert b"tel:999" in answer
    assert b"ontent-security-policy" in answer.lower()


def test_every_answer_has_the_numbers_even_if_the_application_is_dead_too(served):
    served.end("application")
    for host, path in ((PUBLIC, "/no-such-page/"), (PUBLIC, "/find/x/"), (ADMIN, "/admin/")):
        status, headers, body = served.ask(path, host=host)
        assert (status, b"tel:999" in body) == (503, True)
        assert set(headers) >= HEADERS
    (served.front / "open").unlink()
    until(lambda: served.ask("/help-now/")[0] == 503, 15)
    assert b"tel:999" in served.ask("/help-now/")[2]
