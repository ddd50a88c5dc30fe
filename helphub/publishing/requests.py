"""How to ask the publisher for something."""

from django.contrib import messages

from helphub.editions import store
from helphub.editions.models import PublicationRequest

Kind, State = PublicationRequest.Kind, PublicationRequest.State


NO_PUBLISHER = (
    "The publisher is not running. Until it is, readers get nothing new and anything you withdraw "
    "stays on the pages. Ask whoever runs the server to start it. It will then do what you asked "
    "for."
)


def ask_for(kind, officer, why="", number=None):
    """Ask the publisher for something, once."""
    waiting = PublicationRequest.objects.filter(kind=kind, state=State.WAITING, number=number)
    return waiting.first() or PublicationRequest.objects.create(
        kind=kind, who=officer, why=why, number=number
    )


def warn_without_publisher(request):
    """Warn an officer that no publisher is running to do what they asked."""
    if not store.has_watcher():
        messages.warning(request, NO_PUBLISHER)
