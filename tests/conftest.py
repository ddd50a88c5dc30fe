import shutil
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache.backends import db as _loaded  # noqa: F401  See `later`.
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone, translation

from helphub import clock, memory
from helphub.edition import makers, publish
from services.models import Choice, Situation

from .accounts import established
from .addresses import public_pages
from .reader import Page
from .support import prepared

# Rules, words and single pages: what `make check` runs before each commit.
FAST = {
    *(
        "test_architecture",
        "test_assets",
        "test_dialling",
        "test_edition_bake",
        "test_edition_gate",
    ),
    *(
        "test_factories",
        "test_fallbacks",
        "test_find",
        "test_headers",
        "test_hours",
        "test_invitations",
    ),
    *("test_oldest_browsers", "test_pasted_lists", "test_reviews", "test_texts", "test_users"),
}


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.stem in FAST and "browser" not in item.path.parts:
            item.add_marker(pytest.mark.fast)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, tmp_path_factory):
    """Every test begins with the real content."""
    # No edition, so that pages come live from the tests' own database.
    settings.EDITIONS_DIR = tmp_path_factory.mktemp("editions")
    settings.FIND_INDEX = tmp_path_factory.mktemp("find") / "find.sqlite3"
    call_command("compile_words")
    with django_db_blocker.unblock(), prepared.test_database(), django_db_blocker.block():
        yield


@pytest.fixture(scope="session")
def pages(django_db_setup, django_db_blocker):
    """Every public page in English on the real content, by its address. Read, never changed."""
    with django_db_blocker.unblock(), memory.using(memory.Memory()):
        return {path: Page(Client().get(path)) for path in public_pages()}


@pytest.fixture(autouse=True)
def english():
    """A request in another language leaves it active; rows must be written in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def officer(django_user_model, db):
    """An account that may do everything in the admin, and is old enough for it."""
    return established(django_user_model.objects.create_superuser("officer", password=None))


@pytest.fixture
def admin(client, officer):
    """A client with an officer signed in."""
    client.force_login(officer)
    return client


@pytest.fixture
def later(monkeypatch):
    """Moves the clock, from where it really is.

    The cache of the database keeps `timezone.now` by its own name, and is loaded when first asked.
    So it is loaded above: first asked in a test that moves the clock, it would keep the moved one.
    """
    real = timezone.now

    def move(**ahead):
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(**ahead))

    return move


@pytest.fixture(scope="session", autouse=True)
def no_copies_of_contexts():
    """Django's test client copies the context of each template, two thousand for one form."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.test.client.store_rendered_templates", lambda *args, **more: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_page_maker():
    """Let tests share the process that makes pages: all that differs is the name of the test."""
    kept = makers.kept

    def kept_for_all(environment, code):
        return kept({k: v for k, v in environment.items() if k != "PYTEST_CURRENT_TEST"}, code)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(makers, "kept", kept_for_all)
        yield


@contextmanager
def offering(languages):
    """Offer these languages only, here and in the processes that make pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "OFFERED_LANGUAGES", languages)
        patch.setenv("OFFERED_LANGUAGES", " ".join(languages))
        yield


def keep_few_lists():
    """Leave two of each kind of choice: three quarters of an edition are lists made of these, all
    alike, and the tests make hundreds of editions."""
    left_out = Choice.objects.exclude(slug__regex="[12]$")
    for name in ("who", "what", "when"):
        Situation.objects.filter(**{f"{name}__in": left_out}).delete()
    left_out.delete()


@pytest.fixture(scope="session")
def first_edition(django_db_setup, django_db_blocker):
    """Gives a folder with one edition of the real content, made as in use, in these languages.

    It is copied, never changed.
    """

    def make(path, languages):
        none, settings.EDITIONS_DIR = settings.EDITIONS_DIR, path
        try:
            with (
                django_db_blocker.unblock(),
                translation.override("en"),
                offering(languages),
                # Its pages are right for four weeks, so it can be kept for as long.
                clock.fixed(clock.first_of_block()),
                transaction.atomic(),
            ):
                keep_few_lists()
                publish.publish(who="the tests")
                transaction.set_rollback(True)
        finally:
            settings.EDITIONS_DIR = none

    def first(languages):
        name = "-".join(["editions", connection.vendor, *languages])
        return prepared.prepared(name, lambda path: make(path, languages))

    return first


@pytest.fixture
def editions(request, first_edition, db, settings, tmp_path):
    """A folder with one edition, the current one, for one test to do with as it likes.

    It is in English, and so are those that the test makes, or in the languages that it is marked
    with: the fewer pages, the sooner they are made.
    """
    mark = request.node.get_closest_marker("languages")
    languages = list(mark.args) if mark else ["en"]
    settings.EDITIONS_DIR = tmp_path / "editions"
    shutil.copytree(first_edition(languages), settings.EDITIONS_DIR, symlinks=True)
    keep_few_lists()
    with offering(languages):
        yield settings.EDITIONS_DIR


@pytest.fixture(scope="session")
def content_file(django_db_setup, django_db_blocker):
    """The real content in a SQLite file, where the tests run on SQLite. Copied, never changed."""
    if connection.vendor != "sqlite":
        return None
    with django_db_blocker.unblock():
        return prepared.database_file()
