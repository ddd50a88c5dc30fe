"""How far a publication is: said to whoever waits for it, and where it gives way to a withdrawal.

It is written into a small file beside the editions, because the admin may only read that folder,
and because a publication must go on without the working database.
"""

import time

from helphub.edition import store

READING, MAKING, CHECKING, SWITCHING = "reading", "making", "checking", "switching"
PAUSE = 0.5  # Seconds between two looks, and between two reports.
BELIEVED = 30  # Seconds that a report is believed: whoever wrote it may have been killed.
SWITCH = 1  # Seconds, about, from the last check until readers have it.
ENOUGH = 20  # Pages after which this publication's own pace tells more than an earlier one's.


class StoppedError(Exception):
    """A withdrawal goes out first. Whoever asked for this publication begins it again."""


class Quiet:
    """Of what nobody waits for, and nothing stops."""

    def at(self, doing):
        pass

    def pages(self, done, of, made):
        pass


QUIET = Quiet()


class Progress(Quiet):
    """Called at every step, however small: it looks and reports twice a second, not oftener."""

    def __init__(self, attempt, before=None, gives_way=lambda: False, show=None):
        self.attempt, self.gives_way, self.show = attempt, gives_way, show
        self.pace = _pace_of(before)
        self.started = time.monotonic()
        self.doing, self.due = None, 0.0
        self.done = self.of = self.made = self.percent = 0
        self.making_since = self.started
        self.own_page = None

    def at(self, doing):
        """What is being done now."""
        is_new, self.doing = doing != self.doing, doing
        if is_new or time.monotonic() >= self.due:
            self.due = time.monotonic() + PAUSE
            store.set_progress(self.report())
            # What is checked already reaches readers before anything else could.
            if doing != SWITCHING and self.gives_way():
                raise StoppedError

    def pages(self, done, of, made):
        """So many pages are there, and so many of them were made now."""
        if self.show and (done, of) != (self.done, self.of):
            self.show(done, of)
        self.done, self.of, self.made = done, of, made
        now = time.monotonic()
        if not made:  # The makers may have to start first.
            self.making_since = now
        if made >= ENOUGH:
            self.own_page = (now - self.making_since) / made
        self.at(MAKING)

    def report(self):
        elapsed, left = time.monotonic() - self.started, self.left()
        if left is not None:
            # Entries that are held back cost another round: what was said is not taken back.
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

    def left(self):
        """About how many seconds more; None where nothing tells."""
        if self.doing == SWITCHING:
            return SWITCH
        rest = self.pace.get("checking", 1) + SWITCH
        if self.doing == CHECKING:
            return rest
        page = self.own_page or self.pace.get("page")
        if page is None:
            return None
        if self.doing == MAKING:
            return rest + (self.of - self.done) * page
        spent = time.monotonic() - self.started
        reading = max(0, self.pace.get("reading", 0) - spent)
        return rest + self.pace.get("made", 0) * page + reading

    def note(self):
        """What the next publication is told of this one's pace."""
        return {"made": self.made, "page": self.own_page or self.pace.get("page")}


def _pace_of(manifest):
    """Seconds that the parts of an edition took, as far as its manifest says."""
    seconds, noted = (manifest or {}).get("seconds", {}), (manifest or {}).get("pace", {})
    if not {"all", "build", "gate"} <= set(seconds) or not noted.get("page"):
        return {}
    reading = seconds["all"] - seconds["build"] - seconds["gate"]
    return noted | {"reading": reading, "checking": seconds["gate"]}


def now():
    """The newest report of the publication that is at work, or None."""
    report = store.progress()
    if report and time.time() - report.get("at", 0) < BELIEVED:
        return report
    return None
