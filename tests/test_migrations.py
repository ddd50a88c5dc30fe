"""An empty SQLite file gets its tables in one go, everything else from the migrations."""

import re
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from contacts.models import Phone
from helphub import content

from .databases import on_a_file
from .support import prepared

on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL keeps to the migrations."
)
FIRST_RELEASE = [
    ("strategy", "0001_initial"),
    ("contacts", "0001_initial"),
    ("services", "0001_initial"),
    ("helphub", "0001_initial"),
    ("signin", "0001_initial"),
]


@pytest.fixture
def empty_database(django_db_setup, django_db_blocker, tmp_path):
    """Lets a block work on an empty database of the kind that the tests run on."""

    @contextmanager
    def empty(name):
        with django_db_blocker.unblock():
            if connection.vendor == "sqlite":
                with on_a_file(tmp_path / name) as file:
                    yield file
                return
            prepared._run(f"CREATE DATABASE {name}")
            try:
                with prepared._named(name):
                    yield connection
            finally:
                prepared._run(f"DROP DATABASE {name} WITH (FORCE)")

    return empty


def ask(database, statement):
    with database.cursor() as cursor:
        return cursor.execute(statement).fetchall()


def definitions(database):
    """Every table and index, ignoring the order of columns."""
    found = ask(database, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: parts(sql) for name, sql in found}


def parts(sql):
    """The columns and constraints of a CREATE TABLE: split at commas outside brackets."""
    found, depth = [""], 0
    for one in re.split(r"('[^']*'|[(),])", sql):
        depth += {"(": 1, ")": -1}.get(one, 0)
        if one == "," and depth == 1:
            found.append("")
        else:
            found[-1] += one
    return sorted(" ".join(one.strip("() ").split()) for one in found)


def rows(database):
    """What the tables hold: the migrations by name, and the number of rows in all others."""
    names = sorted(database.introspection.table_names())
    done = sorted(ask(database, "SELECT app, name FROM django_migrations"))
    counts = {
        name: ask(database, f"SELECT count(*) FROM {name}")  # noqa: S608 - our own tables.
        for name in names
    }
    return done, counts


@on_sqlite
def test_an_empty_database_gets_the_tables_that_all_migrations_make(empty_database):
    with empty_database("at_once") as database:
        call_command("migrate", verbosity=0)
        at_once = definitions(database), rows(database)
    with empty_database("step_by_step") as database:
        call_command(migrate.Command(), verbosity=0)
        step_by_step = definitions(database), rows(database)
    assert at_once[0] == step_by_step[0]
    assert at_once[1] == step_by_step[1]
    assert at_once[1][1]["auth_permission"][0][0] > 100


@on_sqlite
def test_tables_are_made_whole_or_not_at_all(empty_database, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    with empty_database("interrupted") as database:
        with monkeypatch.context() as patch:
            patch.setattr(MigrationExecutor, "record_migration", interrupted)
            with pytest.raises(KeyboardInterrupt):
                call_command("migrate", verbosity=0)
        assert database.introspection.table_names() == []
        call_command("migrate", verbosity=0)
        call_command("migrate", check_unapplied=True)


@pytest.mark.both_databases
def test_a_database_of_the_first_release_is_brought_up_to_date_and_keeps_its_rows(empty_database):
    with empty_database("first_release") as database:
        executor = MigrationExecutor(database)
        apps = executor.migrate(FIRST_RELEASE).apps
        organization = apps.get_model("contacts", "Organization").objects.create(
            slug="ours", name="Ours"
        )
        apps.get_model("contacts", "Phone").objects.create(
            slug="h-ours",
            name_en="Ours",
            organization=organization,
            dial="01384000001",
            display="01384 000001",
        )
        apps.get_model("helphub", "LoadedRow").objects.create(
            model="contacts.phone", key="h-ours", values={"slug": "h-ours"}
        )
        call_command("migrate", verbosity=0)
        call_command("migrate", check_unapplied=True)
        assert list(Phone.objects.values_list("slug", "name_en")) == [("h-ours", "Ours")]
        assert not content.is_empty()
