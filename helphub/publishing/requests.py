"""How to ask the publisher for something."""

from django.contrib import messages

from helphub.editions import state_files
from helphub.editions.models import PublicationRequest
from helphub.history.recording import write_now
from helphub.publishing.pending import WaitingList

Kind, State = PublicationRequest.Kind, PublicationRequest.State

NO_PUBLISHER = (
    "The publisher is not running. Until it is, readers get nothing new and anything you withdraw "
    "stays on the pages. Ask whoever runs the server to start it. It will then do what you asked "
    "for."
)

AGAIN = "That has already been asked for. It will be published only once."


def ask_for(kind, officer, why="", number=None):
    """Ask the publisher for something, once."""
    waiting = PublicationRequest.objects.filter(kind=kind, state=State.WAITING, number=number)
    return waiting.first() or PublicationRequest.objects.create(
        kind=kind, who=officer, why=why, number=number
    )


def ask_for_records(names, officer, why):
    """Ask the publisher for just these records, (label, key), as they are saved now.

    They go even if they are set for later: a critical number that a second person has agreed to
    does not wait.
    """
    write_now()
    waiting_list = WaitingList()
    chosen = fingerprints = None
    if waiting_list.folder is not None:
        chosen = [list(name) for name in names if name in waiting_list.by_name]
        fingerprints = [waiting_list.by_name[tuple(name)].fingerprint for name in chosen]
    return PublicationRequest.objects.create(
        kind=Kind.RELEASE, who=officer, why=why, chosen=chosen, fingerprints=fingerprints or []
    )


def why_not_now():
    """Why nothing can be published at present, or "". An officer went back to an edition."""
    pinned = state_files.pinned()
    if not pinned:
        return ""
    return (
        f"{pinned.get('who')} went back to edition {pinned.get('number')}, which readers have now. "
        "Resume publishing first, on the “Editions” page."
    )


def warn_without_publisher(request):
    """Warn an officer that no publisher is running to do what they asked."""
    if not state_files.has_watcher():
        messages.warning(request, NO_PUBLISHER)
