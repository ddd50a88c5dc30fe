"""Databases and editions that many tests start from. Made once per state of the code, then copied.

Migrating and loading the content takes seconds, and an edition takes much longer. Both depend only
on the code, the content and the libraries, so later runs can reuse them for four weeks.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from functools import cache

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from helphub.content import clock
from tests.support.databases import on_a_file
from tests.support.editions import keep_few_lists

SOURCES = ["helphub", "strategy", "contacts", "services", "templates", "static", "fixtures"]
FOLDER = settings.VAR_DIR / "tests"
KEPT = 3  # States of the code: enough to switch between two branches, and one more.


@cache
def fingerprint():
    """A hash of everything that goes into a prepared database or edition."""
    digest = hashlib.sha256(str(clock.first_of_block()).encode())
    for name in SOURCES:
        for path in sorted((settings.BASE_DIR / name).rglob("*")):
            if path.is_file() and path.suffix not in {".pyc", ".mo"}:
                digest.update(str(path.relative_to(settings.BASE_DIR)).encode() + b"\0")
                digest.update(path.read_bytes())
    for path in [settings.BASE_DIR / "requirements.txt", *_makers()]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _makers():
    """The test code that decides what is prepared."""
    tests = settings.BASE_DIR / "tests"
    support = tests / "support"
    return [support / "prepared.py", support / "editions.py", tests / "conftest.py"]


@contextmanager
def _only_one(name):
    """Let one process at a time prepare this. The others wait, then find it ready."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepared(name, make):
    """The path of the file or folder that `make(path)` writes. The first caller makes it."""
    folder = FOLDER / fingerprint()
    path = folder / name
    with _only_one(name):
        if not path.exists():
            _forget_old_ones()
            folder.mkdir(exist_ok=True)
            part = folder / f"{name}.{os.getpid()}"
            make(part)
            part.rename(path)
        os.utime(folder)
    return path


def _forget_old_ones():
    folders = [path for path in FOLDER.iterdir() if path.is_dir()]
    for path in sorted(folders, key=lambda path: path.stat().st_mtime)[: 1 - KEPT]:
        shutil.rmtree(path, ignore_errors=True)


# Databases


def database_file():
    """A SQLite file with the real content. Copy it; never write to it."""
    return prepared("content.sqlite3", _make_database_file)


def few_lists_file():
    """As above, with few of the lists that are all alike. Most tests start from this one."""
    return prepared("few.sqlite3", _make_few_lists_file)


def _make_few_lists_file(path):
    work = path.with_name(f"{path.name}.work")
    shutil.copy(database_file(), work)
    _save(work, keep_few_lists, path)


def _make_database_file(path):
    _save(path.with_name(f"{path.name}.work"), _fill, path)


def _save(work, make, path):
    with on_a_file(work):
        make()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
    for file in work.parent.glob(f"{work.name}*"):
        file.unlink()


def _fill():
    call_command("migrate", interactive=False, verbosity=0)
    with open(os.devnull, "w") as nowhere:
        call_command("load_content", stdout=nowhere)


@contextmanager
def test_database():
    """Give this process its own default database, with the real content but for most lists."""
    if connection.vendor == "sqlite":
        with _in_memory():
            yield
    else:
        with _on_the_server():
            yield


@contextmanager
def _in_memory():
    name = f"file:tests_{os.getpid()}?mode=memory&cache=shared"
    with _named(name):
        _load(few_lists_file())
        yield


def _load(path):
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as file:
        file.backup(connection.connection)


_with_all_lists = []


@contextmanager
def all_lists():
    """All the lists of the real content meanwhile, for tests of the lists themselves."""
    if connection.vendor != "sqlite":
        raise RuntimeError("On PostgreSQL the tests have few lists only.")
    if _with_all_lists:  # Something around this asked for them already.
        yield
        return
    _load(database_file())
    _with_all_lists.append(True)
    try:
        yield
    finally:
        _with_all_lists.clear()
        _load(few_lists_file())


@contextmanager
def _on_the_server():
    template, name = f"helphub_{fingerprint()}", f"helphub_tests_{os.getpid()}"
    part = f"{template}_part"
    with _only_one("postgresql"):
        if not _run("SELECT 1 FROM pg_database WHERE datname = %s", [template]):
            _run(f"DROP DATABASE IF EXISTS {part}")
            _run(f"CREATE DATABASE {part}")
            with _named(part):
                _fill()
                keep_few_lists()
            _run(f"ALTER DATABASE {part} RENAME TO {template}")
        _run(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        with _named(name):
            yield
    finally:
        _run(f"DROP DATABASE {name} WITH (FORCE)")


def _run(statement, values=None):
    """Run a statement, then disconnect, because a template in use cannot be copied."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


@contextmanager
def _named(name):
    """Point the default connection, in every thread, at another database."""
    before = connection.settings_dict["NAME"]
    connection.close()
    for each in (connection.settings_dict, settings.DATABASES["default"]):
        each["NAME"] = name
    try:
        yield
    finally:
        with suppress(Exception):
            connections.close_all()
        for each in (connection.settings_dict, settings.DATABASES["default"]):
            each["NAME"] = before
