"""An empty SQLite file gets its tables in one go, everything else from the migrations."""

import json
import re
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from contacts.models import ApprovedNumber, Phone
from helphub.accounts.models import AccountChange
from helphub.approvals.models import NumberProposal
from helphub.content import loader
from helphub.content.models import LoadedRow
from helphub.dashboard.models import OpenQuestion
from helphub.editions.models import PublicationRequest, Withdrawal
from helphub.history import snapshots, versions
from helphub.history.models import Version
from helphub.reviews.models import Review
from helphub.search.models import Synonym
from services.models import Service
from strategy.models import Guide
from tests.support import prepared
from tests.support.databases import on_a_file
from tests.support.places import PUBLIC, place

on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL keeps to the migrations."
)
FIRST_RELEASE = [
    ("strategy", "0001_initial"),
    ("contacts", "0001_initial"),
    ("services", "0001_initial"),
    ("helphub", "0001_initial"),
]
# The last state before these models moved to rooms of their own.
BEFORE_ROOMS = [("helphub", "0003_plain_english"), ("contacts", "0006_plain_english")]
ROOMS = ["accounts", "approvals", "content", "dashboard", "editions", "reviews", "search"]


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
    rows = ask(database, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: parts(sql) for name, sql in rows}


def parts(sql):
    """The columns and constraints of a CREATE TABLE: split at commas outside brackets."""
    columns, depth = [""], 0
    for piece in re.split(r"('[^']*'|[(),])", sql):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "," and depth == 1:
            columns.append("")
        else:
            columns[-1] += piece
    return sorted(" ".join(column.strip("() ").split()) for column in columns)


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
def test_tables_are_made_completely_or_not_at_all(empty_database, monkeypatch):
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
        assert not loader.is_empty()


@contextmanager
def fresh_content_types():
    """Django remembers their keys, which may differ in the tests' other database."""
    ContentType.objects.clear_cache()
    try:
        yield
    finally:
        ContentType.objects.clear_cache()


def what_must_stay():
    """What names a moved model: roles, what was loaded, and every row by table."""
    permissions = Permission.objects.values_list("content_type__app_label", "codename")
    return {
        "roles": {
            role.name: set(role.permissions.values_list("content_type__app_label", "codename"))
            for role in Group.objects.all()
        },
        "permissions": set(permissions),
        "loaded": sorted((row.model, row.key, repr(row.values)) for row in LoadedRow.objects.all()),
        "reviews": list(Review.objects.values_list("label", "key", "name")),
        "withdrawals": list(Withdrawal.objects.values_list("label", "key", "name")),
        "requests": list(PublicationRequest.objects.values_list("chosen", "report")),
        "proposals": list(NumberProposal.objects.values_list("phone__slug", "display")),
        "approved": list(ApprovedNumber.objects.values_list("line", "display", "proposal")),
        "account changes": list(AccountChange.objects.values_list("kind", "account_name")),
        "synonyms": sorted(Synonym.objects.values_list("slug", "words_en", "guides__slug")),
        "questions": list(OpenQuestion.objects.values_list("slug", "phone__slug")),
    }


@pytest.mark.both_databases
def test_models_that_moved_to_rooms_keep_all_that_names_them_and_can_go_back(empty_database):
    with empty_database("before_rooms") as database, fresh_content_types():
        call_command("migrate", verbosity=0)
        call_command("load_content", verbosity=0, stdout=StringIO())
        synonym, phone = Synonym.objects.first(), Phone.objects.get(slug="h-spoc")
        Review.objects.create(
            label="search.synonym", key=synonym.pk, name="A word", asked_by="anna"
        )
        Withdrawal.objects.create(label="search.synonym", key=synonym.pk, name="A word", who="anna")
        PublicationRequest.objects.create(
            kind=PublicationRequest.Kind.RELEASE,
            who="anna",
            chosen=[["search.synonym", synonym.pk]],
        )
        proposal = NumberProposal(
            phone=phone,
            kind=NumberProposal.Kind.CHANGE,
            dial="01384000001",
            display="01384 000001",
            was_dial=phone.dial,
            was_display=phone.display,
            why="A test",
            source="A test",
            proposed_by="anna",
            proposer=1,
        )
        proposal.save()
        ApprovedNumber.objects.create(
            line="h-spoc", dial="1", display="1", who="berta", proposal=proposal.pk
        )
        AccountChange.objects.create(kind=AccountChange.Kind.ACCOUNT, who_name="anna")
        before = what_must_stay()
        # One at a time, as an operator would: Django makes content types after each.
        for app, name in [*BEFORE_ROOMS, *((room, "zero") for room in ROOMS)]:
            call_command("migrate", app, name, verbosity=0)
        assert ContentType.objects.filter(app_label="helphub", model="synonym").exists()
        # Django leaves those of models that a room has got since.
        left = ContentType.objects.filter(app_label__in=ROOMS)
        assert not left.exclude(model__in=["signin", "remark", "reply", "scheduledchange"]).exists()
        assert ask(database, "SELECT DISTINCT label FROM helphub_review") == [("helphub.synonym",)]
        assert Group.objects.filter(name="Keepers of users").exists()
        # As the release before left it: without a trace of the rooms.
        call_command("migrate", verbosity=0)
        call_command("migrate", check_unapplied=True)
        assert what_must_stay() == before
        assert ("Publishers", ("editions", "publish")) in {
            (name, permission)
            for name, permissions in before["roles"].items()
            for permission in permissions
        }


# As django-reversion made them.
REVERSION = [
    """CREATE TABLE reversion_revision (
        id integer PRIMARY KEY, date_created {moment} NOT NULL, comment text NOT NULL,
        user_id integer REFERENCES auth_user (id)
    )""",
    """CREATE TABLE reversion_version (
        id integer PRIMARY KEY, object_id varchar(191) NOT NULL, format varchar(255) NOT NULL,
        serialized_data text NOT NULL, object_repr text NOT NULL, db varchar(191) NOT NULL,
        content_type_id integer NOT NULL REFERENCES django_content_type (id),
        revision_id integer NOT NULL REFERENCES reversion_revision (id)
    )""",
]


def as_reversion_kept(database, revisions):
    """Store versions as the release before did: each row of a record apart."""
    number = 0
    with database.cursor() as cursor:
        moment = "datetime" if database.vendor == "sqlite" else "timestamptz"
        for statement in REVERSION:
            cursor.execute(statement.format(moment=moment))
        for revision, (at, user, why, records) in enumerate(revisions, start=1):
            cursor.execute(
                "INSERT INTO reversion_revision VALUES (%s, %s, %s, %s)", [revision, at, why, user]
            )
            for label, key, name, fields in records:
                number += 1
                kind = ContentType.objects.get_by_natural_key(*label.split("."))
                written = json.dumps([{"model": label, "pk": key, "fields": fields}])
                cursor.execute(
                    "INSERT INTO reversion_version VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                    [number, str(key), "json", written, name, "default", kind.pk, revision],
                )


def rows_of_record(row):
    """A record and its rows, as the release before stored them."""
    model = type(row)
    state = snapshots.read_one(model, row.pk)
    rows = [(model._meta.label_lower, row.pk, str(row), state.fields)]
    for child, link in snapshots.children(model):
        owner = {link.name: snapshots.name_of(link, row.pk, state)}
        for key, fields in state.rows.get(child._meta.label_lower, {}).items():
            rows.append((child._meta.label_lower, int(key), "", fields | owner))
    return rows


@pytest.mark.both_databases
def test_the_versions_that_django_reversion_kept_are_taken_over(empty_database):
    with empty_database("reversion") as database, fresh_content_types():
        call_command("migrate", verbosity=0)
        call_command("load_content", verbosity=0, stdout=StringIO())
        place("h-galop", **PUBLIC).save()
        anna = get_user_model().objects.create_user("anna")
        records = [
            Phone.objects.filter(schedules__isnull=False).first(),
            Service.objects.get(line="h-galop"),
            Guide.objects.get(slug="consent"),
            Synonym.objects.first(),
            OpenQuestion.objects.first(),
        ]
        states = {row: snapshots.read_one(type(row), row.pk) for row in records}
        call_command("migrate", "history", "zero", verbosity=0)
        everything = [entry for row in records for entry in rows_of_record(row)]
        alone = rows_of_record(records[2])
        as_reversion_kept(
            database,
            [
                ("2026-05-03 14:02:00.5+00:00", None, "Loaded from the fixtures", everything),
                ("2026-05-04 14:02:00+00:00", anna.pk, "", alone),
                ("2026-05-05 14:02:00+00:00", anna.pk, "Deleted", alone),
            ],
        )
        # As every upgrade does.
        call_command("migrate", verbosity=0)
        call_command("load_content", verbosity=0, stdout=StringIO())
        assert not {"reversion_version", "reversion_revision"} & set(
            database.introspection.table_names()
        )
        assert not Version.objects.filter(fingerprint="").exists()
        for row, state in states.items():
            first = versions.of_record(type(row), row.pk).last()
            assert versions.state_of(first) == state, row
            assert first.fingerprint == state.fingerprint
            assert (first.name, first.why) == (str(row), "Loaded from the fixtures")
            assert first.at == datetime(2026, 5, 3, 14, 2, 0, 500_000, tzinfo=UTC)
        deleted, changed, _ = list(versions.of_record(Guide, records[2].pk))[-3:]
        assert (deleted.is_deleted, deleted.is_visible, deleted.officer) == (True, False, "anna")
        assert (changed.is_deleted, changed.is_visible) == (False, True)
        # An account can be deleted: what it did stays under its name.
        anna.delete()
        changed.refresh_from_db()
        assert changed.officer == "anna"
