"""How soon a fresh machine shows its first page and has its first edition. Run by hand.

It runs `make serve` in a copy of the code without a database, compiled words or Python's caches,
like a clone. The environment is already there: installing is not counted.
"""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(BASE_DIR))

from tests.support.stack import CODE, free_port  # noqa: E402

PATIENCE = 600
PRODUCTION = {"SECRET_KEY", "HELPHUB_ROLE", "ALLOWED_HOSTS", "DATABASE_URL", "EDITIONS_DIR"}
TICKS = os.sysconf("SC_CLK_TCK")


def copy_code(folder):
    """Copy what `make serve` needs of a clone, and link the environment."""
    made = shutil.ignore_patterns("__pycache__", "*.mo")
    for name in CODE:
        shutil.copytree(BASE_DIR / name, folder / name, ignore=made)
    for name in ("manage.py", "Makefile", "requirements.txt"):
        shutil.copy2(BASE_DIR / name, folder)
    (folder / ".venv").symlink_to(Path(sys.prefix).resolve())


def processor_seconds(session):
    """Processor time used so far by all processes of a session, and by ended ones it waited for."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # It has just ended.
        if int(fields[3]) == session:
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def has_page(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/")
        with connection.getresponse() as response:
            return response.status == 200
    except OSError:
        return False
    finally:
        connection.close()


def until(is_there, server, what):
    deadline = time.monotonic() + PATIENCE
    while not is_there():
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"{what} did not come.")
        time.sleep(0.02)


def main():
    with tempfile.TemporaryDirectory(prefix="helphub-first-page-") as name:
        folder, port = Path(name), free_port()
        copy_code(folder)
        environment = {key: value for key, value in os.environ.items() if key not in PRODUCTION}
        started = time.monotonic()
        server = subprocess.Popen(
            ["make", "--silent", "--old-file=.venv/.serve-stamp", "serve", f"PORT={port}"],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            until(lambda: has_page(port), server, "The first page")
            seconds, used = time.monotonic() - started, processor_seconds(server.pid)
            print(f"First page of make serve: {seconds:.1f} s ({used:.1f} s of processors).")
            current = folder / "var" / "editions" / "current"
            until(current.is_symlink, server, "The first edition")
            print(f"First edition behind it: after {time.monotonic() - started:.1f} s.")
        finally:
            os.killpg(server.pid, signal.SIGINT)
            server.wait()


if __name__ == "__main__":
    main()
