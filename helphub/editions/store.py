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

import fcntl
import gzip
import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
import zlib
from contextlib import contextmanager, suppress
from functools import lru_cache

from django.conf import settings

FORMAT = 2  # Of the manifest. Other releases of the code use other numbers.
KEPT = 50
FEWEST = 2  # Kept even when space is short: the current edition, and a fallback for damage.
# Files beside the pages. We answer readers' questions from these.
CONTENT = "content.sqlite3"
FILES = [CONTENT, "find.sqlite3", "critical_numbers.json"]
# The next edition reuses these. Readers don't need them.
AIDS = ["facts.json.gz", "answers.json.gz"]
# An edition can be rebuilt from these. The manifest has the hash of the content.
SPARED = ["manifest.json", CONTENT]
TWINS = {"sha256": "", "gz": ".gz", "br": ".br"}  # Suffixes of a page's files, by hash name.
NUMBER = re.compile(r"\d{6}")
OURS = re.compile(
    r"\d{6}|current|lock|hold\.json|last\.json|watcher|lost\+found"
    r"|\.(work|current|gone|new)-.*"
)


class StoreError(Exception):
    """The folder cannot be used. The message says what to do."""


class BusyError(StoreError):
    """Another publication is running."""


def folder_of(number):
    return settings.EDITIONS_DIR / f"{number:06}"


def number_of(folder):
    return int(folder.name)


def numbers():
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


def current():
    """The folder of the current edition, or None."""
    try:
        name = os.readlink(settings.EDITIONS_DIR / "current")
    except OSError:
        return None
    return settings.EDITIONS_DIR / name if NUMBER.fullmatch(name) else None


def switched_at():
    """When the current edition became current."""
    try:
        return (settings.EDITIONS_DIR / "current").lstat().st_mtime
    except OSError:
        return 0.0


def newest_first():
    """The current edition and earlier ones. Readers get the next if one is damaged.

    Later ones are left out, because an officer may have gone back from them.
    """
    folder = current()
    last = number_of(folder) if folder else (hold() or {}).get("number")
    older = [folder_of(n) for n in reversed(numbers()) if last is None or n <= last]
    return [folder, *(earlier for earlier in older if earlier != folder)] if folder else older


def read_manifest(folder):
    """An edition's manifest. Refused if it is damaged, or made by another release."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        edition_format = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"The manifest of edition {folder.name} cannot be read ({type(error).__name__}). "
            "Roll back to another edition, or publish again."
        ) from error
    if edition_format != FORMAT:
        raise StoreError(
            f"Edition {folder.name} was made by another release of this site (format "
            f"{edition_format}; this release reads {FORMAT}). Install that one, or publish again."
        )
    return manifest


@lru_cache(maxsize=4)
def _manifest_of(folder, mtime):
    return read_manifest(folder)


def manifest_of(folder):
    """The manifest, cached: an edition does not change."""
    try:
        mtime = (folder / "manifest.json").stat().st_mtime_ns
    except OSError as error:
        raise StoreError(f"Edition {folder.name} is incomplete. Publish again.") from error
    return _manifest_of(folder, mtime)


def with_all_headers(manifest):
    """An edition's pages by address, each with all its headers."""
    common = manifest["headers"]
    return {
        address: page
        | {
            "headers": {k: v for k, v in common.items() if k not in page["without"]}
            | page["headers"]
        }
        for address, page in manifest["pages"].items()
    }


def pages_of(folder):
    return with_all_headers(manifest_of(folder))


def digest(content):
    return hashlib.sha256(content).hexdigest()


def marks_of(folder, names):
    return {name: digest((folder / name).read_bytes()) for name in names}


def marks_of_pages(manifest):
    return {
        f"pages/{page['file']}{suffix}": page[name]
        for page in manifest["pages"].values()
        if page["file"] is not None
        for name, suffix in TWINS.items()
    }


def altered(folder, marks):
    """The name of a file that doesn't match its hash, or None."""
    for name, mark in marks.items():
        try:
            if digest((folder / name).read_bytes()) != mark:
                return name
        except OSError:
            return name
    return None


def altered_file(folder, manifest, with_pages=False):
    """The name of a file that doesn't match the manifest, or None. Checks pages only if asked."""
    return altered(folder, manifest["files"] | (marks_of_pages(manifest) if with_pages else {}))


def damage_of(folder):
    """The first damaged file of an edition, or None if it is whole."""
    try:
        return altered_file(folder, read_manifest(folder), with_pages=True)
    except (StoreError, KeyError, TypeError, AttributeError):
        return "manifest.json"


def aid(folder, name):
    """What an edition keeps for the next one. Empty if it was altered."""
    try:
        body = (folder / name).read_bytes()
        # An unfinished edition has no manifest. An earlier release recorded no hashes for these.
        is_made = (folder / "manifest.json").exists()
        mark = manifest_of(folder).get("aids", {}).get(name) if is_made else None
        if mark in (None, digest(body)):
            return json.loads(gzip.decompress(body))
    except (OSError, EOFError, zlib.error, StoreError, ValueError):
        pass
    return {}


def write_aid(folder, name, value):
    body = json.dumps(value, ensure_ascii=False).encode()
    (folder / name).write_bytes(gzip.compress(body, 6, mtime=0))


# Spare copies


def write_spares(folder):
    """Keep a spare copy of the files that the edition was made from."""
    for name in SPARED:
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes(), 6))


def bring_back(folder):
    """Replace altered or lost files with their spares. Returns the names of those replaced."""
    replaced = []
    for name in SPARED:
        try:
            content = gzip.decompress((folder / f"{name}.gz").read_bytes())
            if name == CONTENT and digest(content) != read_manifest(folder)["files"][name]:
                continue
        except (OSError, EOFError, zlib.error, StoreError):
            continue
        path = folder / name
        with suppress(OSError):
            if path.read_bytes() == content:
                continue
        _write(path, content)
        replaced.append(name)
    return replaced


# Writing


def check_writable():
    """Refuse a folder that can't hold editions, or that holds anything else."""
    folder = settings.EDITIONS_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".new-"):
            pass
        names = os.listdir(folder)
    except OSError as error:
        raise StoreError(
            f"Editions cannot be written to {folder} ({error.strerror}). Free some space there, "
            "allow this account to write, or set EDITIONS_DIR to another folder."
        ) from error
    if strangers := sorted(name for name in names if not OURS.fullmatch(name)):
        raise StoreError(
            f"{folder} contains files that are not editions: {', '.join(strangers[:5])}. Move them "
            "elsewhere, or set EDITIONS_DIR to a folder used for nothing else."
        )


@contextmanager
def lock():
    """Allow only one publication at a time. A second one gets a BusyError."""
    check_writable()
    with (settings.EDITIONS_DIR / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                "Another publication is running. Try again when it has finished."
            ) from error
        # Restore files first, or clear_away would treat a lost manifest as an unfinished edition.
        for folder in [current(), *_without_manifest()]:
            if folder is not None and folder.is_dir():
                bring_back(folder)
        clear_away()
        try:
            yield
        finally:
            clear_away()


def is_busy():
    """Whether a publication is running."""
    with suppress(OSError), (settings.EDITIONS_DIR / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def clear_away():
    """Remove what an interrupted publication left behind."""
    for path in settings.EDITIONS_DIR.glob(".*-*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for path in _without_manifest():
        shutil.rmtree(path, ignore_errors=True)


def _without_manifest():
    return [
        path
        for path in settings.EDITIONS_DIR.iterdir()
        if NUMBER.fullmatch(path.name) and not (path / "manifest.json").exists()
    ]


@contextmanager
def work_folder():
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


def keep_for_next_round(work):
    """Set an attempt aside. The next one reuses what is the same."""
    return work.rename(work.with_name(f"{work.name}-made"))


def next_number():
    taken = [int(p.name) for p in settings.EDITIONS_DIR.iterdir() if NUMBER.fullmatch(p.name)]
    return max(taken, default=0) + 1


def put_in_place(work, number):
    """Give a finished edition its number. Readers only get it at the switch."""
    os.sync()
    work.rename(folder_of(number))
    _sync(settings.EDITIONS_DIR)


def switch(number):
    """Make this the current edition. One rename, so readers get either the old or the new one."""
    new = settings.EDITIONS_DIR / f".current-{os.getpid()}"
    new.unlink(missing_ok=True)
    new.symlink_to(folder_of(number).name)
    new.replace(settings.EDITIONS_DIR / "current")
    _sync(settings.EDITIONS_DIR)


def _sync(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def erase(number):
    """Remove an edition entirely or not at all."""
    gone = settings.EDITIONS_DIR / f".gone-{number}"
    folder_of(number).rename(gone)
    shutil.rmtree(gone)


def bytes_of(folder):
    """How much disk space an edition takes."""
    try:
        mtime = (folder / "manifest.json").stat().st_mtime_ns
    except OSError:
        mtime = 0
    return _bytes_of(folder, mtime)


@lru_cache(maxsize=2 * KEPT)
def _bytes_of(folder, mtime):
    # Shared files are hard links, so count only this edition's part of them.
    stats = [path.lstat() for path in folder.rglob("*")]
    return sum(stat.st_blocks * 512 // stat.st_nlink for stat in stats)


def prune():
    """Keep the newest editions, up to KEPT and the space limit, and always the current one."""
    room = settings.EDITIONS_MOST_MB * 1_000_000
    for place, number in enumerate(reversed(numbers())):
        folder = folder_of(number)
        room -= bytes_of(folder)
        is_one_too_many = place >= KEPT or (room < 0 and place >= FEWEST)
        if is_one_too_many and folder != current():
            erase(number)


def _write(path, content):
    """Write a file atomically, so readers see either the old or the new one."""
    new = path.with_name(f".new-{path.name}-{os.getpid()}")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def write_json(path, value):
    _write(path, json.dumps(value, indent=1, ensure_ascii=False).encode())


def _read_json(path):
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}


# Forbidding an edition


def forbid(number, why):
    """Never serve this edition again. Officers can still read it."""
    write_json(folder_of(number) / "withdrawn.json", {"why": why})


def allow(number):
    (folder_of(number) / "withdrawn.json").unlink(missing_ok=True)


def is_forbidden(folder):
    return (folder / "withdrawn.json").exists()


# Holds, and outcomes


def hold():
    """Which edition was gone back to, by whom, when and why, or None."""
    return _read_json(settings.EDITIONS_DIR / "hold.json")


def set_hold(number, requester, why):
    path = settings.EDITIONS_DIR / "hold.json"
    write_json(path, {"number": number, "who": requester, "why": why, "at": time.time()})


def lift_hold():
    (settings.EDITIONS_DIR / "hold.json").unlink(missing_ok=True)


def last():
    """How the last publication ended, or None."""
    return _read_json(settings.EDITIONS_DIR / "last.json")


def set_last(**values):
    """Note how a publication ended, and keep the lasting entries."""
    lasting = {name: value for name, value in (last() or {}).items() if name in LASTING}
    write_json(settings.EDITIONS_DIR / "last.json", lasting | values | {"at": time.time()})


# Other entries in last.json. A file of their own would be foreign to an earlier release.
LASTING = {"open", "next", "damage"}


def damage():
    """The damage found in the current edition and not yet repaired, or None."""
    return (last() or {}).get("damage")


def set_damage(new_damage):
    if new_damage != damage():
        amend_last(damage=new_damage)


def amend_last(**values):
    write_json(settings.EDITIONS_DIR / "last.json", (last() or {}) | values)


def progress():
    """The last report of the running publication, or None."""
    return _read_json(settings.EDITIONS_DIR / PROGRESS)


def set_progress(report):
    """Report how far a publication has got. Never waits for the disk or fails when it is full."""
    new = settings.EDITIONS_DIR / f"{PROGRESS}-{os.getpid()}"
    with suppress(OSError):
        new.write_text(json.dumps(report))
        new.replace(settings.EDITIONS_DIR / PROGRESS)


# An earlier release clears away this name. It would reject any other as a foreign file.
PROGRESS = ".new-progress"


def watcher_beats():
    """Say that a watcher is running."""
    (settings.EDITIONS_DIR / "watcher").touch()


def has_watcher(seconds=30):
    try:
        return time.time() - (settings.EDITIONS_DIR / "watcher").stat().st_mtime < seconds
    except OSError:
        return False
