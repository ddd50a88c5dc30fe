"""How far publications have got, in words for the officer waiting."""

from datetime import datetime
from html import unescape
from typing import NamedTuple

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from helphub.editions import health, outcomes, progress, state_files, store
from helphub.editions.models import PublicationRequest
from helphub.publishing import pending
from helphub.publishing.requests import NO_PUBLISHER, Kind, State

SOON, LATER, IDLE = 1, 10, 20  # Seconds until a page asks again.


class Said(NamedTuple):
    """What the admin shows of one publication."""

    words: str
    aloud: str = ""  # For a screen reader: announces each step, not each page.
    percent: int | None = None
    is_over: bool = False


def queue():
    """Unfinished requests, in the order the publisher takes them."""
    unfinished = PublicationRequest.objects.filter(state__in=[State.WAITING, State.RUNNING])
    return sorted(
        unfinished,
        key=lambda request: (
            request.state != State.RUNNING,
            request.kind != Kind.WITHDRAWAL,
            request.pk,
        ),
    )


# One publication


def of_request(request, waiting=None):
    """How far one request has got. Pass the queue as `waiting` if you already have it."""
    if request.state in (State.DONE, State.REFUSED):
        words = render_to_string("admin/publishing/_outcome.html", {"publication": request})
        return Said(" ".join(unescape(words).split()), is_over=True)
    if not state_files.has_watcher():
        return Said(NO_PUBLISHER)
    report = progress.now()
    if request.state == State.RUNNING:
        return said_of(report) if report else Said("In progress.")
    return Said(_place(request, queue() if waiting is None else waiting, report))


def _place(request, waiting, report):
    """A waiting publication's place in the queue, and what is in progress before it."""
    ahead = (
        waiting[: [queued.pk for queued in waiting].index(request.pk)] if request in waiting else []
    )
    is_by_command = report and not any(queued.state == State.RUNNING for queued in ahead)
    if request.kind == Kind.WITHDRAWAL and report and report["source"] != "withdrawal":
        return "This goes first: the publication in progress will stop for it."
    words = "It was stopped so that a withdrawal could go first, and will restart by itself. "
    words = words if request.report.get("stopped") else ""
    place = len(ahead) + bool(is_by_command)
    if not place:
        return f"{words}It is next."
    first = f"a publication ({report['who']})" if is_by_command else _name(ahead[0])
    how_far = f" {said_of(report).words}" if report else ""
    return f"{words}Number {place + 1} in the queue. In progress now: {first}.{how_far}"


def _name(request):
    return f"{request.get_kind_display()} ({request.who})"


def said_of(report):
    """A report of the running publication, in words."""
    doing = DOING[report["doing"]]
    percent, left = report["percent"], report["left"]
    counted = report["doing"] == progress.MAKING and report["of"]
    words = f"{doing}: {report['done']:,} of {report['of']:,}." if counted else f"{doing}."
    if left is not None:
        words += f" {about(left).capitalize()} left."
    quarter = f", {percent // 25 * 25}%" if percent and percent >= 25 else ""
    return Said(words, f"{doing}{quarter}.", percent)


DOING = {
    progress.READING: "Reading the content",
    progress.MAKING: "Making pages",
    progress.CHECKING: "Checking the pages",
    progress.SWITCHING: "Switching readers to the new pages",
}


def about(seconds):
    """An approximate time, in words."""
    if seconds <= 5:
        return "a few seconds"
    if seconds <= 50:
        return f"about {-(-int(seconds) // 10) * 10} seconds"
    minutes = round(seconds / 60)
    return f"about {minutes} minutes" if minutes > 1 else "about a minute"


# All of them


def at_the_head(waiting):
    """The line at the top of every admin page while something is publishing; otherwise None."""
    report = progress.now()
    running = sum(request.state == State.RUNNING for request in waiting)
    unstarted = len(waiting) - running
    if not (waiting or report):
        return None
    if not state_files.has_watcher() and waiting:
        return Said(f"Waiting for the publisher. {NO_PUBLISHER}")
    if not (running or report):
        return Said("Waiting for the publisher.")
    current = said_of(report) if report else Said("")
    behind = f"{unstarted} more waiting." if unstarted else ""
    words = " ".join(
        sentence for sentence in ("Publishing now.", current.words, behind) if sentence
    )
    return current._replace(words=words, aloud=f"Publishing now. {current.aloud}")


def _over():
    """What the head says once nothing is being published."""
    last = state_files.last() or {}
    words = {
        outcomes.DONE: f"Finished. Readers have edition {last.get('number')}.",
        outcomes.REFUSED: "The publication was refused. Readers still have the same edition.",
        outcomes.FAILED: "The publication failed. Readers still have the same edition.",
    }.get(last.get("state"), "Finished.")
    return Said(words, words, is_over=True)


def stopped_in_words(report):
    """How often a publication was stopped, and when it restarted; or nothing."""
    count, again_at = report.get("stopped"), report.get("again_at")
    if not count or not again_at:
        return ""
    at = timezone.localtime(datetime.fromisoformat(again_at)).strftime("%H:%M")
    if count == 1:
        return f"It was stopped so that a withdrawal could go first, and restarted at {at}."
    return (
        f"It was stopped {count} times so that withdrawals could go first, and last restarted at "
        f"{at}."
    )


# The state of publishing


class Note(NamedTuple):
    """Something that officers must know, and a link to more about it."""

    words: str
    url: str = ""
    link: str = ""


def state(compared=None):
    """What every admin page says at its top. Its mark differs once that may have changed."""
    count = pending.count(compared)
    return {
        "mark": state_files.mark(),
        "notes": [note._asdict() for note in _notes()],
        "waiting": _waiting(count),
        "later": f"{count.later} set for later" if count and count.later else "",
    }


def _notes():
    editions = reverse("publishing:editions")
    if pinned := state_files.pinned():
        yield Note(
            f"Readers have edition {pinned.get('number')}: {pinned.get('who')} went back to it "
            f"({pinned.get('why')}). Nothing new reaches readers until a publisher resumes "
            "publishing.",
            editions,
            "Editions",
        )
    for fault in [*health.faults(), *health.faults_of_front()]:
        is_of_publication = fault.is_of_publication
        yield (
            Note(fault.words, editions, "See what needs fixing")
            if is_of_publication
            else Note(fault.words)
        )
    if health.waiting_too_long():
        yield Note("Something has been waiting to be published for more than 15 minutes.")


def _waiting(count):
    """What waits, in words."""
    if count is None and store.current() is not None:
        return "We cannot tell what is waiting to be published."
    if count is None:
        return "Publish"
    if count.waiting == 0:
        return "Nothing is waiting to be published."
    entries = "entry" if count.waiting == 1 else "entries"
    return f"{count.waiting} {entries} waiting to be published"


def of_all(requests, mark=None):
    """The head, these requests, and when to ask again: for a page's script.

    The state too, if it has another mark than the page knows.
    """
    waiting = queue()
    head = at_the_head(waiting)
    statuses = {"head": head or _over()}
    statuses |= {str(request.pk): of_request(request, waiting) for request in requests}
    again = IDLE
    if head:
        again = SOON if state_files.has_watcher() or progress.now() else LATER
    now = state() if mark is not None and mark != state_files.mark() else None
    return {
        "again": again,
        "said": {key: status._asdict() for key, status in statuses.items()},
        "state": now,
    }
