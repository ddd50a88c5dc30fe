import io

import pytest
from django.core.management import call_command
from django.utils import translation


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Every test begins with the real content."""
    call_command("compile_words")
    with django_db_blocker.unblock():
        call_command("load_content", stdout=io.StringIO())


@pytest.fixture(autouse=True)
def english():
    """A request in another language leaves it active; rows must be written in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def officer(django_user_model, db):
    """An account that may do everything in the admin."""
    return django_user_model.objects.create_superuser("officer", password=None)


@pytest.fixture
def admin(client, officer):
    """A client with an officer signed in."""
    client.force_login(officer)
    return client
