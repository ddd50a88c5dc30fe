"""Whether the site is alive, and whether what it shows is as new as it should be."""

import time
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from helphub.edition import store

OLDEST = 26 * 60 * 60  # An edition is made every day.
LONGEST_WAIT = timedelta(minutes=15)
SWITCHED = 10  # Seconds in which every server has loaded a new edition.


def faults():
    """What is wrong with the editions, in words for an officer; nothing where all is well."""
    folder = store.current()
    if folder is None:
        return ["There is no edition yet. Run manage.py publish."]
    found = []
    last = store.last() or {}
    if last.get("state") == "refused":
        found.append("The last publication was refused. Readers have the edition before it.")
    elif last.get("state") == "failed":
        found.append(f"The last publication failed. {last.get('why')}")
    try:
        made_at = store.manifest_of(folder)["made_at"]
    except store.StoreError as error:
        return [str(error)]
    if time.time() - made_at > OLDEST:
        found.append(
            "The edition that readers have is older than a day: opening hours run out. "
            "See that manage.py publish --watch is running."
        )
    return found


def faults_here(request):
    """Whether this server serves another edition than the current one, as it does if that is
    not whole. A switch is seen within a second."""
    if "helphub.edition" not in request.environ:
        return []
    folder, served = store.current(), request.environ["helphub.edition"]
    if folder == served or time.time() - store.switched_at() < SWITCHED:
        return []
    return [
        f"This server does not serve edition {folder.name}: its journal says why. Publish again."
    ]


def waiting_too_long():
    """What an officer asked to publish a while ago, and nothing did, or nothing finished."""
    from helphub.models import PublicationRequest

    unfinished = [PublicationRequest.State.WAITING, PublicationRequest.State.RUNNING]
    return PublicationRequest.objects.filter(
        state__in=unfinished, asked_at__lt=timezone.now() - LONGEST_WAIT
    ).exists()


def _plain(text, status=HTTPStatus.OK):
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


@require_safe
def live(request):
    """For load balancers: this process answers. Nothing else is asked."""
    return _plain("alive")


@require_safe
def fresh(request):
    """For alarms only."""
    found = faults() or faults_here(request)
    if settings.FOR_OFFICERS and not found:
        try:
            if waiting_too_long():
                found = ["Something has been waiting to be published for more than 15 minutes."]
        except DatabaseError:
            found = ["The working database does not answer. Readers do not need it."]
    return _plain("\n".join(found) or "fresh", HTTPStatus.SERVICE_UNAVAILABLE if found else 200)
