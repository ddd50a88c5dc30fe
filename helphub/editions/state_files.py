"""What the publisher notes beside the editions: a pin, the last outcome, damage, progress."""

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from helphub.content.registry import with_labels_of_today
from helphub.editions.atomic import write_json

# Entries of last.json that outlast a publication. A file of their own would be foreign to an
# earlier release.
LASTING = {"open", "next", "damage"}
# An earlier release clears away this name. It would reject any other as a foreign file.
PROGRESS = ".new-progress"


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(with_labels_of_today(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}


def mark() -> str:
    """Differs once readers have another edition, or a publication has ended in another way."""
    folder = settings.EDITIONS_DIR
    parts = []
    for name in ("current", "last.json", "hold.json"):
        try:
            parts.append(f"{(folder / name).lstat().st_mtime_ns:x}")
        except OSError:
            parts.append("")
    return "-".join(parts)


# Pins. The file's name is older than the word.


def pinned() -> dict[str, Any] | None:
    """Which edition was gone back to, by whom, when and why, or None."""
    return _read_json(settings.EDITIONS_DIR / "hold.json")


def pin(number: int, requester: str | None, why: str | None) -> None:
    path = settings.EDITIONS_DIR / "hold.json"
    write_json(path, {"number": number, "who": requester, "why": why, "at": time.time()})


def unpin() -> None:
    (settings.EDITIONS_DIR / "hold.json").unlink(missing_ok=True)


# The last outcome, and damage


def last() -> dict[str, Any] | None:
    """How the last publication ended, or None."""
    return _read_json(settings.EDITIONS_DIR / "last.json")


def set_last(**values: Any) -> None:
    """Note how a publication ended, and keep the lasting entries."""
    lasting = {name: value for name, value in (last() or {}).items() if name in LASTING}
    write_json(settings.EDITIONS_DIR / "last.json", lasting | values | {"at": time.time()})


def amend_last(**values: Any) -> None:
    write_json(settings.EDITIONS_DIR / "last.json", (last() or {}) | values)


def damage() -> dict[str, str] | None:
    """The damage found in the current edition and not yet repaired, or None."""
    return (last() or {}).get("damage")


def set_damage(new_damage: dict[str, str] | None) -> None:
    if new_damage != damage():
        amend_last(damage=new_damage)


# The running publication, and the watcher


def progress() -> dict[str, Any] | None:
    """The last report of the running publication, or None."""
    return _read_json(settings.EDITIONS_DIR / PROGRESS)


def set_progress(report: dict[str, Any]) -> None:
    """Report how far a publication has got. Never waits for the disk or fails when it is full."""
    new = settings.EDITIONS_DIR / f"{PROGRESS}-{os.getpid()}"
    with suppress(OSError):
        new.write_text(json.dumps(report))
        new.replace(settings.EDITIONS_DIR / PROGRESS)


def watcher_beats() -> None:
    """Say that a watcher is running."""
    (settings.EDITIONS_DIR / "watcher").touch()


def has_watcher(seconds: float = 30) -> bool:
    try:
        return time.time() - (settings.EDITIONS_DIR / "watcher").stat().st_mtime < seconds
    except OSError:
        return False
