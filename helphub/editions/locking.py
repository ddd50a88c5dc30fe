"""One publication at a time, in a folder that holds editions and nothing else."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from helphub.editions.spares import bring_back
from helphub.editions.store import NUMBER, StoreError, current

OURS = re.compile(
    r"\d{6}|current|lock|hold\.json|last\.json|watcher|lost\+found"
    r"|\.(work|current|gone|new)-.*"
)


class BusyError(StoreError):
    """Another publication is running."""


def check_writable() -> None:
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
def lock() -> Iterator[None]:
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


def is_busy() -> bool:
    """Whether a publication is running."""
    with suppress(OSError), (settings.EDITIONS_DIR / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def clear_away() -> None:
    """Remove what an interrupted publication left behind."""
    for path in settings.EDITIONS_DIR.glob(".*-*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for path in _without_manifest():
        shutil.rmtree(path, ignore_errors=True)


def _without_manifest() -> list[Path]:
    return [
        path
        for path in settings.EDITIONS_DIR.iterdir()
        if NUMBER.fullmatch(path.name) and not (path / "manifest.json").exists()
    ]
