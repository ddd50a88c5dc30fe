"""The index of the real content, built once."""

import shutil

import pytest
from django.conf import settings

from helphub.search.build import build_index


@pytest.fixture(scope="session")
def index_file(django_db_setup, django_db_blocker, tmp_path_factory):
    """The index of the real content. Copy it; never change it."""
    with django_db_blocker.unblock():
        build_index()
    return shutil.copy(settings.FIND_INDEX, tmp_path_factory.mktemp("index") / "find.sqlite3")


@pytest.fixture
def built(index_file, db):
    """The index of the real content. It is renamed into place, as a build does it."""
    part = settings.FIND_INDEX.with_suffix(".part")
    shutil.copy(index_file, part)
    part.rename(settings.FIND_INDEX)
