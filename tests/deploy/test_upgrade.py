"""An upgrade backs up first, is refused while a publication runs, and can be taken back."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial

import pytest
from django.conf import settings

from deploy import backup, restore
from helphub.editions import locking

BEFORE = [
    *(("helphub", "0003"), ("contacts", "0006")),
    *(("checking", "zero"), ("languages", "zero")),
    *((room, "zero") for room in ("search", "editions", "reviews", "content", "approvals")),
    *(("dashboard", "zero"), ("accounts", "zero")),
]


FORMER = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("load_content")
for app, name in {BEFORE!r}:
    call_command("migrate", app, name, verbosity=0)
"""


def environment(folder):
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{folder}/working.sqlite3",
        "DJANGO_SETTINGS_MODULE": "helphub.settings",
        "EDITIONS_DIR": str(folder / "editions"),
        "FIND_INDEX": str(folder / "find.sqlite3"),
    }


def run_in(folder, *command):
    return subprocess.run(
        [sys.executable, *command],
        env=environment(folder),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def former_database(tmp_path_factory):
    """The content in a database as the release before the rooms left it."""
    folder = tmp_path_factory.mktemp("former")
    made = run_in(folder, "-c", FORMER)
    assert made.returncode == 0, made.stderr
    return folder / "working.sqlite3"


@pytest.fixture
def server(former_database, tmp_path):
    """Runs commands on a copy of that database."""
    shutil.copy(former_database, tmp_path)
    (tmp_path / "editions").mkdir()
    run = partial(run_in, tmp_path)
    run.url, run.backups = environment(tmp_path)["DATABASE_URL"], tmp_path / "backups"
    return run


def numbers(url):
    """What officers wrote about each number. An upgrade may add columns, so these are named."""
    with closing(sqlite3.connect(backup.settings_of(url)["NAME"])) as connection:
        return connection.execute("SELECT slug, name, dial, display FROM contacts_phone").fetchall()


def test_an_upgrade_is_backed_up_first_and_the_backup_brings_the_former_state_back(server):
    before, numbers_before = backup.hashes(server.url), numbers(server.url)
    done = server("-m", "deploy.upgrade", str(server.backups))
    assert done.returncode == 0, done.stderr
    (file,) = server.backups.glob("*.sqlite3")
    assert str(file) in done.stdout
    after = backup.hashes(server.url)
    assert after["django_content_type"] != before["django_content_type"]
    assert numbers(server.url) == numbers_before
    assert server("manage.py", "migrate", "--check").returncode == 0
    # The way back.
    working = backup.settings_of(server.url)["NAME"]
    os.unlink(working)
    restore.restore(file, server.url)
    assert backup.hashes(server.url) == before


def test_nothing_is_upgraded_while_a_publication_runs(server, monkeypatch, tmp_path):
    before = backup.hashes(server.url)
    monkeypatch.setattr(settings, "EDITIONS_DIR", tmp_path / "editions")
    with locking.lock():
        refused = server("-m", "deploy.upgrade", str(server.backups))
    assert refused.returncode == 1
    assert "Another publication is running" in refused.stderr
    assert "Nothing was changed." in refused.stderr
    assert backup.hashes(server.url) == before
    assert not server.backups.exists()


def test_nothing_is_upgraded_without_a_backup(server):
    before = backup.hashes(server.url)
    server.backups.write_text("a file where the folder should be")
    refused = server("-m", "deploy.upgrade", str(server.backups))
    assert refused.returncode == 1
    assert "nothing was changed" in refused.stderr
    assert backup.hashes(server.url) == before
