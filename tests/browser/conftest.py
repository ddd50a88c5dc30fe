"""A real Chromium against the real server: gunicorn, middleware and static files."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
from django.conf import settings

from tests.support import prepared

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


# Each of these modules starts its own site, so one process must run all its tests.
WITH_THEIR_OWN_SITE = {"test_admin_access", "test_number_proposals", "test_sign_in", "test_waiting"}


@pytest.hookimpl(tryfirst=True)  # Before xdist reads the groups.
def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if item.path.stem in WITH_THEIR_OWN_SITE:
                item.add_marker(pytest.mark.xdist_group(item.path.stem))


def find_browser():
    candidates = [os.environ.get("HUB_CHROMIUM"), *BROWSERS, MAC_CHROME]
    return next((path for one in candidates if one and (path := shutil.which(one))), None)


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


@contextmanager
def running_site(folder, **environment):
    """A site with the real content, with its files in this folder."""
    environment = (
        os.environ
        | {
            "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
            "EDITIONS_DIR": f"{folder}/editions",
            "FIND_INDEX": f"{folder}/find.sqlite3",
        }
        | environment
    )
    shutil.copy(prepared.database_file(), folder / "site.sqlite3")
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "set_up"], cwd=settings.BASE_DIR, env=environment, check=True)
    # Verify every number as rung today. Otherwise hours would lapse with time and break tests.
    verify = (
        "from contacts.models import Verification; from django.utils.timezone import localdate; "
        "Verification.objects.update(verified_on=localdate(), method='rang')"
    )
    subprocess.run(
        [*manage, "shell", "-c", verify], cwd=settings.BASE_DIR, env=environment, check=True
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "helphub.wsgi", "--no-control-socket"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--log-level", "warning"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/robots.txt", server)
            yield address
        finally:
            server.terminate()
            server.wait(10)


def wait_for(url, server):
    for _ in range(300):
        assert server.poll() is None, "The server stopped by itself."
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 - our own server.
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("The server did not start in thirty seconds.")


@pytest.fixture(scope="session")
def base_url(site):
    """Lets a test say page.goto("/contacts/")."""
    return site
