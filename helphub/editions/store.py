"""The folder of numbered editions, and which of them is the current one.

000041/        content.sqlite3  find.sqlite3  critical_numbers.json  manifest.json
               facts.json.gz  answers.json.gz  pages/
               content.sqlite3.gz  manifest.json.gz: spare copies, with their own checksums
current        a link to the edition that readers get, replaced by a single rename
hold.json      who went back to an edition, and why; present while that lasts
last.json      how the last publication ended, what is still open (outcomes.py), and any
               damage found in the current edition
.work-*        an unfinished edition, cleared away by the next publication
.new-progress  how far the running publication has got (progress.py); removed when it ends

Editions with different content share no files, so damage to one never affects another. An edition
made because a day had come shares the files of unchanged pages.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from helphub.editions import state_files
from helphub.editions.atomic import write_json

KEPT = 50
FEWEST = 2  # Kept even when space is short: the current edition, and a fallback for damage.
NUMBER = re.compile(r"\d{6}")


class StoreError(Exception):
    """The folder cannot be used. The message says what to do."""


def folder_of(number: int) -> Path:
    return settings.EDITIONS_DIR / f"{number:06}"


def number_of(folder: Path) -> int:
    return int(folder.name)


def numbers() -> list[int]:
    """The numbers of the finished editions, oldest first."""
    try:
        names = os.listdir(settings.EDITIONS_DIR)
    except FileNotFoundError:
        return []
    except NotADirectoryError as error:
        raise StoreError(
            f"{settings.EDITIONS_DIR} is not a folder. Set EDITIONS_DIR to one."
        ) from error
    return sorted(
        int(name)
        for name in names
        if NUMBER.fullmatch(name) and (settings.EDITIONS_DIR / name / "manifest.json").exists()
    )


def current() -> Path | None:
    """The folder of the current edition, or None."""
    try:
        name = os.readlink(settings.EDITIONS_DIR / "current")
    except OSError:
        return None
    return settings.EDITIONS_DIR / name if NUMBER.fullmatch(name) else None


def switched_at() -> float:
    """When the current edition became current."""
    try:
        return (settings.EDITIONS_DIR / "current").lstat().st_mtime
    except OSError:
        return 0.0


def newest_first() -> list[Path]:
    """The current edition and earlier ones. Readers get the next if one is damaged.

    Later ones are left out, because an officer may have gone back from them.
    """
    folder = current()
    last = number_of(folder) if folder else (state_files.pinned() or {}).get("number")
    older = [folder_of(n) for n in reversed(numbers()) if last is None or n <= last]
    return [folder, *(earlier for earlier in older if earlier != folder)] if folder else older


# A new edition, and what goes to make room


@contextmanager
def work_folder() -> Iterator[Path]:
    """An empty folder for a new edition. Removed afterwards unless it was put in place.

    The name is random, because processes left over from an earlier publication may still write to
    theirs.
    """
    folder = settings.EDITIONS_DIR / f".work-{secrets.token_hex(4)}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep_for_next_round(work: Path) -> Path:
    """Set an attempt aside. The next one reuses what is the same."""
    return work.rename(work.with_name(f"{work.name}-made"))


def next_number() -> int:
    taken = [int(p.name) for p in settings.EDITIONS_DIR.iterdir() if NUMBER.fullmatch(p.name)]
    return max(taken, default=0) + 1


def put_in_place(work: Path, number: int) -> None:
    """Give a finished edition its number. Readers only get it at the switch."""
    os.sync()
    work.rename(folder_of(number))
    _sync(settings.EDITIONS_DIR)


def switch(number: int) -> None:
    """Make this the current edition. One rename, so readers get either the old or the new one."""
    new = settings.EDITIONS_DIR / f".current-{os.getpid()}"
    new.unlink(missing_ok=True)
    new.symlink_to(folder_of(number).name)
    new.replace(settings.EDITIONS_DIR / "current")
    _sync(settings.EDITIONS_DIR)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def erase(number: int) -> None:
    """Remove an edition entirely or not at all."""
    gone = settings.EDITIONS_DIR / f".gone-{number}"
    folder_of(number).rename(gone)
    shutil.rmtree(gone)


def bytes_of(folder: Path) -> int:
    """How much disk space an edition takes."""
    try:
        mtime = (folder / "manifest.json").stat().st_mtime_ns
    except OSError:
        mtime = 0
    return _bytes_of(folder, mtime)


@lru_cache(maxsize=2 * KEPT)
def _bytes_of(folder: Path, mtime: int) -> int:
    # Shared files are hard links, so count only this edition's part of them.
    stats = [path.lstat() for path in folder.rglob("*")]
    return sum(stat.st_blocks * 512 // stat.st_nlink for stat in stats)


def prune() -> None:
    """Keep the newest editions, up to KEPT and the space limit, and always the current one."""
    room = settings.EDITIONS_MOST_MB * 1_000_000
    for place, number in enumerate(reversed(numbers())):
        folder = folder_of(number)
        room -= bytes_of(folder)
        is_one_too_many = place >= KEPT or (room < 0 and place >= FEWEST)
        if is_one_too_many and folder != current():
            erase(number)


# Forbidding an edition


def forbid(number: int, why: str) -> None:
    """Never serve this edition again. Officers can still read it."""
    write_json(folder_of(number) / "withdrawn.json", {"why": why})


def allow(number: int) -> None:
    (folder_of(number) / "withdrawn.json").unlink(missing_ok=True)


def is_forbidden(folder: Path) -> bool:
    return (folder / "withdrawn.json").exists()
