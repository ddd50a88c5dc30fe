"""Upgrade the working database to this release: back it up, then migrate it and load what is new.

    .venv/bin/python -m deploy.upgrade /var/backups/helphub      (DATABASE_URL names the database)

Nothing is published meanwhile. The upgrade refuses to start during a publication, and the publisher
waits until it has finished. Readers don't use this database, so they notice nothing. Nothing is
migrated without a backup.
"""

import argparse
import os
import sqlite3
import sys
from pathlib import Path

import django
import psycopg
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from deploy.backup import BackupError, back_up


class UpgradeError(Exception):
    """The upgrade did not finish. The message says what to do."""


def upgrade(url, folder):
    """Returns the backup's file."""
    # Django must be set up first, which reads DATABASE_URL.
    from helphub.editions import locking, store

    try:
        with locking.lock():
            file = _backed_up(url, folder)
            print(f"Backed up to {file}.", flush=True)
            _migrate(file)
            return file
    except store.StoreError as error:  # A publication runs, or the folder is not one for editions.
        raise UpgradeError(f"{error} Nothing was changed.") from error


def _migrate(file):
    try:
        call_command("migrate", interactive=False)
        call_command("load_content")
    except (CommandError, DatabaseError) as error:
        raise UpgradeError(
            f"The upgrade stopped half way: {error} Restore {file} with deploy.restore."
        ) from error


def _backed_up(url, folder):
    try:
        return back_up(url, folder)
    except (BackupError, OSError, psycopg.Error, sqlite3.Error) as error:
        raise UpgradeError(f"No backup could be made, so nothing was changed. {error}") from error


def main():
    parser = argparse.ArgumentParser(description="Back up and migrate the working database.")
    parser.add_argument("folder", type=Path, help="where backups are kept")
    options = parser.parse_args()
    if not (url := os.environ.get("DATABASE_URL")):
        sys.exit("Set DATABASE_URL to the database in use.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")
    django.setup()
    try:
        file = upgrade(url, options.folder)
    except UpgradeError as error:
        sys.exit(str(error))
    print(
        "The database now matches this release. To go back, stop the admin and the publisher, then "
        f"restore {file} with deploy.restore."
    )


if __name__ == "__main__":
    main()
