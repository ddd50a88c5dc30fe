"""How publishing stands, and asking for it. Readers' servers import this too: it needs no admin."""

from datetime import datetime

from django.apps import apps
from django.utils import timezone

from helphub import health
from helphub.edition import store
from helphub.models import PublicationRequest

Kind, State = PublicationRequest.Kind, PublicationRequest.State


def ask_for(kind, who, why="", number=None):
    """Ask the publisher for something, once."""
    waiting = PublicationRequest.objects.filter(kind=kind, state=State.WAITING, number=number)
    return waiting.first() or PublicationRequest.objects.create(
        kind=kind, who=who, why=why, number=number
    )


def changes_since_edition():
    """How often something was saved since readers' edition was made."""
    folder = store.current()
    if folder is None:
        return None
    try:
        made_at = store.manifest_of(folder)["made_at"]
    except store.StoreError:
        return None
    moment = datetime.fromtimestamp(made_at, timezone.get_default_timezone())
    log = apps.get_model("admin.LogEntry").objects.filter(action_time__gt=moment)
    return log.exclude(content_type__app_label="auth").count()


def state():
    """What stands at the head of every page of the admin."""
    last = PublicationRequest.objects.exclude(state=State.WAITING).first()
    return {
        "hold": store.hold(),
        "faults": health.faults(),
        "is_late": health.waiting_too_long(),
        "busy": PublicationRequest.objects.filter(state__in=[State.WAITING, State.RUNNING]).first(),
        "refused": last if last and last.state == State.REFUSED else None,
        "has_watcher": store.has_watcher(),
        "changes": changes_since_edition(),
    }
