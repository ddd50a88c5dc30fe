import shutil
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache.backends import db as _loaded  # noqa: F401  See `later`.
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone, translation

from helphub.content import clock, memory
from helphub.editions import makers, publish, shares
from tests.support import prepared
from tests.support.accounts import established
from tests.support.addresses import public_pages
from tests.support.reader import Page

# Rules, texts and single pages. `make check` runs these before each commit.
FAST = {
    "test_architecture",
    "test_assets",
    "test_factories",
    "test_headers",
    "test_oldest_browsers",
    "accounts/test_invitations",
    "accounts/test_users",
    "contacts/test_dialling",
    "contacts/test_fallbacks",
    "contacts/test_opening_hours",
    "content/test_markup",
    "content/test_pasted_lists",
    "editions/test_bake",
    "editions/test_checks",
    "reviews/test_reviews",
    "search/test_search",
}
TESTS = Path(__file__).parent


def pytest_xdist_make_scheduler(config, log):
    if connection.vendor != "sqlite":
        # Tests that commit empty their database. They come last, which whole modules would undo.
        return None
    from tests.support.scheduling import ByModule

    return ByModule(config, log)


def pytest_collection_modifyitems(items):
    for item in items:
        if str(item.path.relative_to(TESTS).with_suffix("")) in FAST:
            item.add_marker(pytest.mark.fast)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, tmp_path_factory):
    """Every test starts with the real content, but for most of the lists. See `all_lists`."""
    # No edition yet, so pages are made live from the test database.
    settings.EDITIONS_DIR = tmp_path_factory.mktemp("editions")
    settings.FIND_INDEX = tmp_path_factory.mktemp("find") / "find.sqlite3"
    settings.REPORTS_DIR = None
    with django_db_blocker.unblock(), prepared.test_database(), django_db_blocker.block():
        yield


@pytest.fixture(scope="module")
def all_lists(django_db_setup, django_db_blocker):
    """All the lists, for a module that tests them: `pytest.mark.usefixtures("all_lists")`."""
    with django_db_blocker.unblock(), prepared.all_lists():
        yield


@pytest.fixture(scope="session")
def pages(django_db_setup, django_db_blocker):
    """Every English public page of the real content, by address. Read these; never change them."""
    lists = prepared.all_lists() if connection.vendor == "sqlite" else nullcontext()
    with django_db_blocker.unblock(), lists, memory.using(memory.Memory()):
        return {path: Page(Client().get(path)) for path in public_pages()}


@pytest.fixture(autouse=True)
def english():
    """Reset to English: requests leave their language active, and rows are in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def officer(django_user_model, db):
    """A superuser whose account is old enough to do everything in the admin."""
    return established(django_user_model.objects.create_superuser("officer", password=None))


@pytest.fixture
def admin(client, officer):
    """A client signed in as an officer."""
    client.force_login(officer)
    return client


@pytest.fixture
def later(monkeypatch):
    """Moves the clock ahead of the real time.

    Django's database cache imports `timezone.now` under its own name, and is loaded on first use.
    It is loaded at the top of this file, because if a test that moves the clock loaded it, it would
    keep the moved clock.
    """
    real = timezone.now

    def move(**ahead):
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(**ahead))

    return move


@pytest.fixture(scope="session", autouse=True)
def no_copies_of_contexts():
    """Stop Django's test client copying every template's context: two thousand for one form."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.test.client.store_rendered_templates", lambda *args, **more: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_page_maker():
    """Share the page-making process between tests: only the test's name differs."""
    kept_maker = makers.kept

    def kept_for_all(environment, code):
        return kept_maker(
            {k: v for k, v in environment.items() if k != "PYTEST_CURRENT_TEST"}, code
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(makers, "kept", kept_for_all)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_share():
    """Let one process make an edition's pages: the tests keep both cores busy anyway."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shares, "FEW", 10_000)
        yield


@contextmanager
def offering(languages):
    """Offer only these languages, here and in the processes that make pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "BUILT_LANGUAGES", languages)
        patch.setenv("BUILT_LANGUAGES", " ".join(languages))
        yield


@pytest.fixture(scope="session")
def first_edition(django_db_setup, django_db_blocker):
    """Gives a folder with one edition in these languages: real content, made as in production.

    Copy it, never change it.
    """

    def make(path, languages):
        none, settings.EDITIONS_DIR = settings.EDITIONS_DIR, path
        try:
            with (
                django_db_blocker.unblock(),
                translation.override("en"),
                offering(languages),
                # Its pages are right for four weeks, so it can be reused for four weeks.
                clock.fixed(clock.first_of_block()),
                transaction.atomic(),
            ):
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
    """A folder with one edition, the current one. The test may change it freely.

    This edition, and any that the test makes, are in English or in the languages the test is marked
    with. Fewer languages mean fewer pages, which are made sooner.
    """
    mark = request.node.get_closest_marker("languages")
    languages = list(mark.args) if mark else ["en"]
    settings.EDITIONS_DIR = tmp_path / "editions"
    shutil.copytree(first_edition(languages), settings.EDITIONS_DIR, symlinks=True)
    with offering(languages):
        yield settings.EDITIONS_DIR


@pytest.fixture
def made(monkeypatch):
    """The addresses that page makers were told to make, a list for each time."""
    told, run = [], shares.run

    def noted(folder, before, todo, *others, **named):
        told.append(todo)
        return run(folder, before, todo, *others, **named)

    monkeypatch.setattr(shares, "run", noted)
    return told


@pytest.fixture(scope="session")
def content_file(django_db_setup, django_db_blocker):
    """The tests' content as a SQLite file, if they use SQLite. Copy it; never change it."""
    if connection.vendor != "sqlite":
        return None
    with django_db_blocker.unblock():
        return prepared.few_lists_file()
