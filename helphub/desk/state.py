"""The state of publishing, and how to ask for it.

Readers' servers import this too, so it must not need the admin.
"""

from helphub import health
from helphub.edition import store
from helphub.models import PublicationRequest

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


def ask_for_records(names, officer, why):
    """Ask the publisher for just these records, (label, key), as they are saved now."""
    from helphub.desk.waiting import Standing

    standing = Standing()
    chosen = marks = None
    if standing.before is not None:
        chosen = [list(name) for name in names if name in standing.by_name]
        marks = [standing.by_name[tuple(name)].mark for name in chosen]
    return PublicationRequest.objects.create(
        kind=Kind.RELEASE, who=officer, why=why, chosen=chosen, marks=marks or []
    )


def waiting():
    """How many records are waiting to be published; None while readers have no edition."""
    # Imported here because it needs the admin's log, which readers' servers don't have.
    from helphub.desk.waiting import count

    return count()


def state():
    """The status at the top of every admin page."""
    return {
        "hold": store.hold(),
        "faults": [*health.faults(), *health.faults_of_front()],
        "is_late": health.waiting_too_long(),
        "waiting": waiting(),
    }
