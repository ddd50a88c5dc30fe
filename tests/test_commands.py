"""The commands that set a machine up."""

import os
import sqlite3
import subprocess
import sys

import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation

from helphub import words


@pytest.fixture
def machine(tmp_path):
    """manage.py set_up on a machine with no database yet."""
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3"}

    def set_up(**more):
        return subprocess.run(
            [sys.executable, "manage.py", "set_up"],
            cwd=settings.BASE_DIR,
            env=environment | more,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    set_up.database = tmp_path / "new.sqlite3"
    return set_up


def query(path, sql):
    connection = sqlite3.connect(path)
    try:
        with connection:
            return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_a_new_machine_is_set_up_once_and_then_left_alone(machine):
    first = machine()
    assert "Loaded" in first
    assert "with the password" in first
    query(machine.database, "update strategy_guide set summary_en = 'Ours' where slug = 'consent'")
    second = machine()
    assert "Nothing changed" in second
    assert "password" not in second
    summary = "select summary_en from strategy_guide where slug = 'consent'"
    assert query(machine.database, summary) == [("Ours",)]


def test_the_password_is_taken_from_the_environment_and_not_printed(machine):
    printed = machine(ADMIN_PASSWORD="word from outside", ADMIN_USER="officer")
    assert "word from outside" not in printed
    assert "officer" in printed
    users = "select username, is_superuser from auth_user"
    assert query(machine.database, users) == [("officer", 1)]


def test_the_catalogues_are_up_to_date(tmp_path, monkeypatch):
    """What templates say is in every catalogue, and nothing else."""
    for path in words.catalogues():
        copy = tmp_path / path.relative_to(words.FOLDER)
        copy.parent.mkdir(parents=True)
        copy.write_text(path.read_text())
    committed = {path: path.read_text() for path in words.catalogues()}
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    call_command("collect_words", verbosity=0)
    for path in words.catalogues():
        original = settings.LOCALE_PATHS[0] / path.relative_to(tmp_path)
        assert path.read_text() == committed[original], f"run manage.py collect_words: {path}"


def test_the_glossarys_words_are_translated_and_await_review():
    for code in ("ur", "pa", "pl", "ro", "ar"):
        catalogue = polib.pofile(str(words.FOLDER / code / "LC_MESSAGES" / "django.po"))
        assert "awaits review" in catalogue.header
        translated = catalogue.translated_entries()
        assert {"Leave this site quickly", "Get help now"} <= {e.msgid for e in translated}
        for entry in translated:
            assert entry.tcomment == "Awaiting review."
            assert ("%(" in entry.msgid) == ("%(" in entry.msgstr)


def test_django_reads_the_compiled_words():
    with translation.override("ur"):
        assert translation.gettext("Leave this site quickly") == "یہ ویب سائٹ فوراً چھوڑیں"


def test_packages_are_installed_from_wheels_only():
    """A package without a wheel would run code of its own, and need a compiler."""
    makefile = (settings.BASE_DIR / "Makefile").read_text()
    assert makefile.count("-m pip install") == 1
    assert makefile.count("@$(INSTALL) -r requirements") == 2
    for text in (makefile, (settings.BASE_DIR / "deploy" / "RUNBOOK.md").read_text()):
        (line,) = [line for line in text.splitlines() if "pip install " in line]
        assert "--only-binary :all:" in line
        assert "--require-hashes" in line
