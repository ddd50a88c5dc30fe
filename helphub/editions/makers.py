"""Page makers: one public-role process, loaded once, forks a child for each share of pages.

Loading Django takes two seconds of processor time. A fork takes a hundredth of that. The process is
kept for the next publication. It ends with the publisher, or when the code or the settings it
started with have changed.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from django.conf import settings

# Makes the share of this number, given the previous edition. Returns the exit status.
MakeShare = Callable[[int, Path | None], int]

STATUS_FILE = ".code-{}"  # Where a child's exit status is written, in the edition's folder.


class Maker:
    """The process, as the publisher sees it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "build_pages"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            # The parent's own output only. Each child writes to a file in the edition.
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.orders = cast(IO[bytes], self.process.stdin)  # It is a pipe.

    def start(self, folder: Path, number: int, before: Path | None, nice: int = 0) -> None:
        """Have a child make this share of an edition."""
        order = {"folder": str(folder), "number": number, "before": before and str(before)}
        self._tell(order | {"nice": nice})

    def stop(self) -> None:
        """Kill its children at once, but keep the process itself."""
        self._tell({"stop": True})

    def _tell(self, order: dict[str, Any]) -> None:
        with suppress(BrokenPipeError):  # It has ended. The caller notices while waiting.
            self.orders.write(json.dumps(order).encode() + b"\n")
            self.orders.flush()

    def is_running(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """End it and its children at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.orders.close()


_kept: dict[str, Any] = {}


def kept(environment: Mapping[str, str], code: str) -> Maker:
    """The process started with this environment and code, or a new one."""
    key = (tuple(sorted(environment.items())), code)
    if _kept.get("key") != key or not _kept["maker"].is_running():
        end()
        _kept.update(key=key, maker=Maker(environment))
    return _kept["maker"]


@atexit.register
def end() -> None:
    """End the kept process, if there is one."""
    if _kept:
        _kept["maker"].end()
        _kept.clear()


def status(folder: Path, number: int) -> int | None:
    """How a child ended: 0, an error number, below 0 for a signal, or None while it is running."""
    path = folder / STATUS_FILE.format(number)
    return int(path.read_text()) if path.exists() else None


# In the process itself


def serve(orders: Iterable[str], make_share: MakeShare) -> None:
    """Fork a child for each order until the orders end, then kill all the children."""
    shares: dict[int, tuple[Path, int]] = {}

    def note_ends(*arguments: Any) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
                folder, number = shares.pop(ended[0])
                _write(folder / STATUS_FILE.format(number), os.waitstatus_to_exitcode(ended[1]))

    signal.signal(signal.SIGCHLD, note_ends)
    for line in orders:
        order = json.loads(line)
        if "stop" in order:
            for child in list(shares):
                with suppress(ProcessLookupError):  # It has just ended by itself.
                    os.kill(child, signal.SIGKILL)
            continue
        folder, number = Path(order["folder"]), order["number"]
        # Block the signal, so a child that ends at once is already in `shares` when we handle it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        child = os.fork()
        if child == 0:
            os.nice(order["nice"])
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            _be_child(folder, number, order["before"], make_share)
        shares[child] = folder, number
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    # The publisher has ended, so these pages are no longer needed.
    os.killpg(0, signal.SIGKILL)


def _write(path: Path, code: int) -> None:
    """Write the file whole or not at all. Do nothing if the folder is gone."""
    part = path.with_name(f"{path.name}.new")
    with suppress(OSError):
        part.write_text(str(code))
        part.replace(path)


def _be_child(folder: Path, number: int, before: str | None, make_share: MakeShare) -> NoReturn:
    """Make one share and exit without running the parent's cleanup."""
    code = 1
    try:
        log = os.open(folder / f".errors-{number}", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(log, sys.stderr.fileno())
        settings.EDITION = folder
        code = make_share(number, Path(before) if before else None)
        sys.stderr.flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(code)
