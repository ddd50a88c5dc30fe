"""How far a publication has got, and where it gives way to a withdrawal.

We write it to a small file beside the editions. The admin can only read that folder, and a
publication must be able to go on without the working database.
"""

import time
from collections.abc import Callable
from typing import Any

from helphub.editions import state_files
from helphub.editions.manifests import Manifest
from helphub.editions.outcomes import Attempt

Show = Callable[[int, int], object]  # Given how many pages there are so far, and of how many.

READING, MAKING, CHECKING, SWITCHING = "reading", "making", "checking", "switching"
PAUSE = 0.5  # Seconds between checks, and between reports.
BELIEVED = 30  # Seconds we trust a report for. The process that wrote it may have been killed.
SWITCH = 1  # Roughly the seconds from the last check until readers have the edition.
ENOUGH = 20  # After this many pages, trust this publication's own pace, not an earlier one's.


class StoppedError(Exception):
    """A withdrawal must be published first. The caller starts this publication again."""


class Quiet:
    """For work that has no audience and can't be interrupted."""

    def at(self, doing: str) -> None:
        pass

    def pages(self, done: int, of: int, made: int) -> None:
        pass


QUIET = Quiet()


class Progress(Quiet):
    """Called at every step, however small. It checks and reports only twice a second."""

    def __init__(
        self,
        attempt: Attempt,
        before: Manifest | None = None,
        gives_way: Callable[[], bool] = lambda: False,
        show: Show | None = None,
    ) -> None:
        self.attempt, self.gives_way, self.show = attempt, gives_way, show
        self.pace = _pace_of(before)
        self.started = time.monotonic()
        self.doing: str | None = None
        self.due = 0.0
        self.done = self.of = self.made = self.percent = 0
        self.making_since = self.started
        self.own_page: float | None = None  # Seconds.

    def at(self, doing: str) -> None:
        """Say what is happening now."""
        is_new, self.doing = doing != self.doing, doing
        if is_new or time.monotonic() >= self.due:
            self.due = time.monotonic() + PAUSE
            state_files.set_progress(self.report())
            # After the checks, this will reach readers before anything else could.
            if doing != SWITCHING and self.gives_way():
                raise StoppedError

    def pages(self, done: int, of: int, made: int) -> None:
        """Say how many pages there are so far, and how many of them were made now."""
        if self.show and (done, of) != (self.done, self.of):
            self.show(done, of)
        self.done, self.of, self.made = done, of, made
        now = time.monotonic()
        if not made:  # The makers may still be starting.
            self.making_since = now
        if made >= ENOUGH:
            self.own_page = (now - self.making_since) / made
        self.at(MAKING)

    def report(self) -> dict[str, Any]:
        elapsed, left = time.monotonic() - self.started, self.left()
        if left is not None:
            # An entry that is left out costs another round, but the percentage never goes down.
            self.percent = max(self.percent, min(99, int(100 * elapsed / (elapsed + left or 1))))
        return {
            "source": self.attempt.source,
            "who": self.attempt.who,
            "doing": self.doing,
            "done": self.done,
            "of": self.of,
            "percent": None if left is None else self.percent,
            "left": left,
            "at": time.time(),
        }

    def left(self) -> float | None:
        """Roughly how many seconds remain, or None if we can't tell."""
        if self.doing == SWITCHING:
            return SWITCH
        after_making = self.pace.get("checking", 1) + SWITCH
        if self.doing == CHECKING:
            return after_making
        page = self.own_page or self.pace.get("page")
        if page is None:
            return None
        if self.doing == MAKING:
            return after_making + (self.of - self.done) * page
        spent = time.monotonic() - self.started
        reading = max(0, self.pace.get("reading", 0) - spent)
        return after_making + self.pace.get("made", 0) * page + reading

    def note(self) -> dict[str, float | None]:
        """What to tell the next publication about this one's pace."""
        return {"made": self.made, "page": self.own_page or self.pace.get("page")}


def _pace_of(manifest: Manifest | None) -> dict[str, float]:
    """How many seconds each part of an edition took, as far as its manifest says."""
    seconds, noted = (manifest or {}).get("seconds", {}), (manifest or {}).get("pace", {})
    if not {"all", "build", "checks"} <= set(seconds) or not noted.get("page"):
        return {}
    reading = seconds["all"] - seconds["build"] - seconds["checks"]
    return noted | {"reading": reading, "checking": seconds["checks"]}


def now() -> dict[str, Any] | None:
    """The newest report of the running publication, or None."""
    report = state_files.progress()
    if report and time.time() - report.get("at", 0) < BELIEVED:
        return report
    return None
