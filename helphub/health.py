"""Whether the site is alive, and whether what it shows is as new as it should be."""

import time
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from helphub.edition import store

OLDEST = 26 * 60 * 60  # An edition is made every day.
LONGEST_WAIT = timedelta(minutes=15)


def faults():
    """What is wrong with the editions, in words for an officer; nothing where all is well."""
    folder = store.current()
    if folder is None:
        return ["There is no edition yet. Run manage.py publish."]
    found = []
    last = store.last() or {}
    if last.get("state") == "refused":
        found.append("The last publication was refused. Readers have the edition before it.")
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


def waiting_too_long():
    """What an officer asked to publish a while ago, and nothing did."""
    from helphub.models import PublicationRequest

    return PublicationRequest.objects.filter(
        state=PublicationRequest.State.WAITING, asked_at__lt=timezone.now() - LONGEST_WAIT
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
    found = faults()
    if settings.FOR_OFFICERS and not found and waiting_too_long():
        found = ["Something has been waiting to be published for more than 15 minutes."]
    return _plain("\n".join(found) or "fresh", HTTPStatus.SERVICE_UNAVAILABLE if found else 200)
