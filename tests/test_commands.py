"""The commands that set a machine up."""

import os
import shutil
import sqlite3
import subprocess
import sys

import polib
import pytest
from django.conf import settings
from django.utils import translation


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


def catalogues():
    """The catalogue file of every language."""
    return sorted(settings.LOCALE_PATHS[0].glob("*/LC_MESSAGES/django.po"))


@pytest.mark.skipif(
    not (shutil.which("xgettext") or os.environ.get("CI")), reason="GNU gettext is not installed."
)
def test_the_catalogues_have_every_string_of_code_and_templates(tmp_path):
    for name in ("helphub", "strategy", "contacts", "services", "templates"):
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name)
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    command = [sys.executable, "manage.py", "makemessages", "--verbosity", "0"]
    subprocess.run(command, cwd=tmp_path, check=True)
    for path in catalogues():
        made = tmp_path / path.relative_to(settings.BASE_DIR)
        assert entries(made) == entries(path), f"Run manage.py makemessages: {path}"


def entries(path):
    return [(entry.msgid, entry.msgstr, entry.occurrences) for entry in polib.pofile(str(path))]


def test_the_compiled_catalogues_match_their_sources():
    paths = catalogues()
    assert len(paths) == len(settings.LANGUAGES) - 1
    for path in paths:
        written = {e.msgid: e.msgstr for e in polib.pofile(str(path)).translated_entries()}
        compiled = {e.msgid: e.msgstr for e in polib.mofile(str(path.with_suffix(".mo")))}
        compiled.pop("", None)
        assert compiled == written, f"Run manage.py compilemessages: {path}"


def test_the_glossarys_words_are_translated_and_await_review():
    for code in ("ur", "pa", "pl", "ro", "ar"):
        catalogue = polib.pofile(str(settings.LOCALE_PATHS[0] / code / "LC_MESSAGES" / "django.po"))
        assert "awaits review" in catalogue.header
        translated = catalogue.translated_entries()
        assert {"Leave this site quickly", "Get help now"} <= {e.msgid for e in translated}
        for entry in translated:
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
