"""A real Chromium against the real server: gunicorn, middleware and static files."""

import os

import pytest

from tests.support import prepared
from tests.support.browser_exit import answer_exit
from tests.support.browsers import QUIET, find_browser
from tests.support.running_site import running_site


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    browser = find_browser()
    if browser is None:
        message = "No Chromium was found. Install one, or name it: HUB_CHROMIUM=/path make browser"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    args = list(QUIET)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        args.append("--no-sandbox")
    return browser_type_launch_args | {"executable_path": browser, "args": args}


@pytest.fixture(scope="session")
def admin_password():
    return "a password for this test run"


@pytest.fixture(scope="session", autouse=True)
def prepared_content(django_db_blocker):
    """The file that each running site copies as its database."""
    with django_db_blocker.unblock():
        return prepared.database_file()


@pytest.fixture(scope="session")
def site(tmp_path_factory, admin_password):
    """The address of a running site with the real content."""
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, ADMIN_PASSWORD=admin_password) as address:
        yield address


@pytest.fixture(scope="session")
def base_url(site):
    """Lets a test say page.goto("/contacts/")."""
    return site


@pytest.fixture
def arrivals(context):
    """The requests to the exit's destination, answered here: the internet has no part."""
    return answer_exit(context)
