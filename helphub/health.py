"""Health checks: whether the site is alive, and whether its content is as fresh as it should be."""

from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from helphub.editions import health


def _plain(text, status=HTTPStatus.OK):
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


@require_safe
def live(request):
    """For load balancers: says only that this process is answering."""
    return _plain("alive")


@require_safe
def fresh(request):
    """For alarms only."""
    faults = health.faults() or health.faults_here(request) or health.faults_of_front()
    messages = [fault.words for fault in faults]
    if settings.FOR_OFFICERS and not messages:
        try:
            if health.waiting_too_long():
                messages = ["Something has been waiting to be published for more than 15 minutes."]
        except DatabaseError:
            messages = ["The working database does not answer. Readers do not need it."]
    status = HTTPStatus.SERVICE_UNAVAILABLE if messages else HTTPStatus.OK
    return _plain("\n".join(messages) or "fresh", status)
