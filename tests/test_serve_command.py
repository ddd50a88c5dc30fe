"""make serve: pages at once, and the first edition behind them."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from contacts.models import Phone
from helphub.editions import locking, publish, store, up_to_date
from helphub.editions.worker import Watcher
from helphub.management.commands import serve
from tests.support import prepared


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(is_so, seconds=120):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "What the test waited for did not come."
        time.sleep(0.05)


class Laptop:
    """`manage.py serve` with its own var folder, as it runs at a terminal."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.editions, self.output = folder / "editions", folder / "output"
        self.server = None

    def start(self):
        laptop = {k: v for k, v in os.environ.items() if k not in {"SECRET_KEY", "HELPHUB_ROLE"}}
        with self.output.open("w") as output:
            self.server = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port)],
                cwd=project.BASE_DIR,
                env=laptop
                | {
                    "DATABASE_URL": f"sqlite:///{self.folder}/hub.sqlite3",
                    "EDITIONS_DIR": str(self.editions),
                    "FIND_INDEX": str(self.folder / "find.sqlite3"),
                    "PREVIEWS_DIR": str(self.folder / "previews"),
                    "BUILT_LANGUAGES": "en",
                },
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def status(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/")
            with connection.getresponse() as response:
                return response.status

    def lines(self):
        return self.output.read_text().splitlines()

    def says(self, words):
        return any(words in line for line in self.lines())

    def press_ctrl_c(self):
        """Interrupt every process in the foreground, as a terminal does."""
        os.killpg(self.server.pid, signal.SIGINT)
        self.server.wait(timeout=60)
        until(lambda: not processes_of(self.server.pid))
        assert not self.says("ERROR"), self.lines()
        assert not self.says("Traceback"), self.lines()


def processes_of(session):
    processes = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError, ProcessLookupError):
            if os.getsid(int(name)) == session:
                processes.append(int(name))
    return processes


@pytest.fixture
def laptop(tmp_path):
    laptop = Laptop(tmp_path)
    yield laptop
    if laptop.server:
        for process in processes_of(laptop.server.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        laptop.server.wait()


@pytest.fixture
def with_few_lists(laptop, django_db_setup, django_db_blocker):
    """The laptop already has its content, with so few lists that an edition is quick to make."""
    path = laptop.folder / "hub.sqlite3"
    with django_db_blocker.unblock():
        shutil.copy(prepared.few_lists_file(), path)
    return laptop


def test_pages_work_while_the_first_edition_is_made_and_come_from_it_afterwards(with_few_lists):
    laptop = with_few_lists
    laptop.start()
    until(lambda: laptop.status() == 200)
    assert store_of(laptop) == []
    # Interrupted while making pages, it leaves no half edition and no running process.
    until(lambda: list(laptop.editions.glob(".work-*/pages/*")))
    assert laptop.status() == 200
    laptop.press_ctrl_c()
    assert store_of(laptop) == []
    laptop.start()
    until(lambda: laptop.says("Readers have edition 1."))
    assert laptop.status() == 200
    assert store_of(laptop) == ["000001"]
    site = [line for line in laptop.lines() if str(laptop.port) in line or "edition" in line]
    assert site == [
        f"The site: http://127.0.0.1:{laptop.port}/   "
        f"The admin: http://127.0.0.1:{laptop.port}/admin/   Stop: Ctrl-C",
        "Pages come from the working database while the first edition is being made.",
        "Readers have edition 1.",
    ]
    # Without a terminal, only the server is told to stop. The publisher stops with it.
    session = laptop.server.pid
    laptop.server.terminate()
    assert laptop.server.wait(timeout=60) == 0
    until(lambda: not processes_of(session))


def store_of(laptop):
    return sorted(path.name for path in laptop.editions.glob("0*"))


# Ctrl-C while the worker hands a request to its pool, which it does with the pool's lock held.
WORKER = """
import os, signal
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from gunicorn.workers.gthread import ThreadWorker
from helphub.management.commands import serve
with serve.bound(0) as listening:
    site = serve.Site(listening)
worker = ThreadWorker.__new__(ThreadWorker)
worker.cfg, worker.tpool = site.cfg, ThreadPoolExecutor()
signal.signal(signal.SIGINT, worker.handle_quit)
site.cfg.post_worker_init(worker)
with worker.tpool._shutdown_lock:
    os.kill(os.getpid(), signal.SIGINT)
"""


def test_ctrl_c_ends_a_worker_that_is_handing_on_a_request():
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", WORKER],
        cwd=project.BASE_DIR,
        timeout=60,
    )
    assert done.returncode == 0


def test_a_publisher_whose_server_was_killed_ends_too(with_few_lists):
    laptop = with_few_lists
    laptop.start()
    until(lambda: laptop.says("The site"))
    laptop.server.kill()
    laptop.server.wait()
    until(lambda: not processes_of(laptop.server.pid))


def test_a_port_in_use_is_reported_before_anything_is_done(laptop):
    with socket.socket() as other:
        other.bind(("127.0.0.1", laptop.port))
        other.listen()
        laptop.start()
        assert laptop.server.wait(timeout=60) == 1
    assert laptop.says(f"Port {laptop.port} is not free")
    assert not (laptop.folder / "hub.sqlite3").exists()


def test_the_serve_command_refuses_to_run_in_production(settings):
    settings.LAPTOP = False
    with pytest.raises(CommandError, match=r"RUNBOOK\.md"):
        call_command("serve")


def test_a_socket_is_bound_to_this_machine_alone():
    with serve.bound(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


# What the publisher makes first


@pytest.fixture
def lines():
    return []


def test_a_refused_first_edition_is_reported_once_and_pages_stay_live(
    db, settings, tmp_path, client, lines
):
    settings.EDITIONS_DIR = tmp_path / "editions"
    locking.check_writable()
    Phone.objects.filter(slug="h-spoc").update(dial="01384000001", display="01384 000001")
    publisher = Watcher(lines.append)
    publisher.look()
    publisher.look()
    assert lines[0] == "Pages come from the working database while the first edition is being made."
    assert lines[1].startswith("The edition was refused. Pages stay as they are.\n")
    assert "01384 000001" in lines[1] or "01384000001" in lines[1]
    assert len(lines) == 2
    assert store.numbers() == []
    assert client.get("/").status_code == 200


def test_after_an_update_readers_keep_their_edition_until_there_is_one_by_the_new_code(
    editions, monkeypatch, lines
):
    monkeypatch.setattr(up_to_date, "code_fingerprint", lambda: "another release")
    seen = []
    real = publish.publish
    monkeypatch.setattr(
        publish, "publish", lambda *a, **k: seen.append(store.current().name) or real(*a, **k)
    )
    publisher = Watcher(lines.append)
    publisher.look()
    publisher.look()
    assert seen == ["000001"]
    assert store.current().name == "000002"
    assert lines == [
        "The site was updated. Pages stay as they were while a new edition is made.",
        "Readers have edition 2.",
    ]


def test_an_edition_made_by_this_code_is_named_and_no_other_is_made(editions, lines):
    Watcher(lines.append).look()
    assert lines == ["Readers have edition 1."]
    assert store.numbers() == [1]


def test_the_publisher_in_production_makes_no_edition_nobody_asked_for(db, settings, tmp_path):
    settings.EDITIONS_DIR = tmp_path / "editions"
    locking.check_writable()
    Watcher().look()
    assert store.numbers() == []


def test_the_publisher_waits_for_a_publication_in_progress(editions, monkeypatch, lines):
    monkeypatch.setattr(up_to_date, "code_fingerprint", lambda: "another release")
    publisher = Watcher(lines.append)
    with locking.lock():
        publisher.look()
    assert store.numbers() == [1]
    publisher.look()
    assert store.numbers() == [1, 2]
    assert lines[-1] == "Readers have edition 2."
