"""Restore a backup, or prove on a scratch database that it restores completely.

    .venv/bin/python -m deploy.restore --prove <backup>     touches nothing that is in use
    .venv/bin/python -m deploy.restore <backup>             into the empty database of DATABASE_URL

Both compare every table's rows with the hashes made with the backup.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg

from deploy.backup import (
    BackupError,
    connect,
    environment,
    hashes,
    is_sqlite,
    program,
    rows_of,
    settings_of,
)


class RestoreError(Exception):
    """The restore failed. The message says what to do."""


def restore(file, url):
    """Restore a backup into a database without tables. Returns how many tables were compared."""
    if is_sqlite(url):
        name = Path(settings_of(url)["NAME"])
        if name.exists() and hashes(url):
            raise RestoreError(f"{name} is not empty. Move it and its -wal and -shm away first.")
        _into_sqlite(file, name)
    else:
        with connect(url) as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone()
        if count:
            raise RestoreError("The database is not empty. Restore into a new one (createdb).")
        _into_postgres(file, url)
    return _compare(file, hashes(url))


def prove(file, url=None):
    """Restore into a scratch database, then drop it: a file, or a database on the URL's server."""
    if file.suffix == ".sqlite3":
        with tempfile.TemporaryDirectory() as folder:
            return restore(file, f"sqlite:///{folder}/proof.sqlite3")
    scratch = f"helphub_proof_{os.getpid()}_{int(time.time())}"
    with connect(url, "postgres") as connection:
        connection.autocommit = True
        connection.execute(f'CREATE DATABASE "{scratch}" TEMPLATE template0')
    try:
        _into_postgres(file, url, scratch)
        return _compare(file, hashes(url, scratch))
    finally:
        with connect(url, "postgres") as connection:
            connection.autocommit = True
            connection.execute(f'DROP DATABASE "{scratch}" WITH (FORCE)')


def _into_sqlite(file, name):
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
        (result,) = source.execute("PRAGMA integrity_check").fetchone()
        if result != "ok":
            raise RestoreError(f"{file.name} is damaged ({result}). Take an older backup.")
        with closing(sqlite3.connect(name)) as copy:
            source.backup(copy)


def _into_postgres(file, url, database=None):
    variables = environment(url, database)
    # The dump includes the schema itself, and most new databases already have it.
    with connect(url, database) as connection:
        connection.execute("DROP SCHEMA IF EXISTS public")
        command = [program("pg_restore", connection), "--no-owner", "--no-privileges"]
    command += [
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={variables['PGDATABASE']}",
        str(file),
    ]
    result = subprocess.run(command, env=variables, capture_output=True, text=True)  # noqa: S603
    if result.returncode:
        raise RestoreError(f"{file.name} did not come back. {result.stderr.strip()}")


def _compare(file, actual):
    expected = json.loads(rows_of(file).read_text())
    differing = sorted(
        table for table in expected | actual if expected.get(table) != actual.get(table)
    )
    if differing:
        raise RestoreError(
            f"These tables are not what they were: {', '.join(differing)}. Take an older backup."
        )
    return len(actual)


def main():
    parser = argparse.ArgumentParser(description="Bring a backup back, or prove that it would.")
    parser.add_argument("backup", type=Path)
    parser.add_argument("--prove", action="store_true", help="on a scratch database, which goes")
    options = parser.parse_args()
    url = os.environ.get("DATABASE_URL")
    if not url and not (options.prove and options.backup.suffix == ".sqlite3"):
        sys.exit("Set DATABASE_URL.")
    try:
        count = prove(options.backup, url) if options.prove else restore(options.backup, url)
    except (RestoreError, BackupError, OSError, ValueError, psycopg.Error, sqlite3.Error) as error:
        sys.exit(f"Not restored. {error}")
    print(f"{count} tables came back, every row as it was.")


if __name__ == "__main__":
    main()
