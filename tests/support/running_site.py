"""The real server with the real content: gunicorn, middleware and static files."""

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


@contextmanager
def running_site(folder, **environment):
    """A site with the real content, with its files in this folder."""
    environment = (
        os.environ
        | {
            "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
            "EDITIONS_DIR": f"{folder}/editions",
            "FIND_INDEX": f"{folder}/find.sqlite3",
            "REPORTS_DIR": f"{folder}/reports",
        }
        | environment
    )
    shutil.copy(prepared.database_file(), folder / "site.sqlite3")
    manage = [sys.executable, "manage.py"]
    # Nobody reads what it says, and `make languages` prints a table.
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*manage, "set_up"], cwd=settings.BASE_DIR, env=environment, **quiet)
    # Verify every number as rung today. Otherwise hours would lapse with time and break tests.
    verify = (
        "from contacts.models import Verification; from django.utils.timezone import localdate; "
        "Verification.objects.update(verified_on=localdate(), method='rang')"
    )
    subprocess.run(
        [*manage, "shell", "-c", verify], cwd=settings.BASE_DIR, env=environment, **quiet
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
