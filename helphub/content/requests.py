"""What a request is for. Readers' servers import this, so it must not need the admin."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def few_at_once(places: BoundedSemaphore) -> Callable[[View], View]:
    """When all places are taken, ask the reader to try again, on a page with the numbers."""

    def bound(view: View) -> View:
        @wraps(view)
        def bounded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not places.acquire(blocking=False):
                return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
            try:
                return view(request, *args, **kwargs)
            finally:
                places.release()

        return bounded

    return bound


def is_for_admin(request: HttpRequest) -> bool:
    # Where there is no admin, readers find nothing at its address.
    return settings.FOR_OFFICERS and request.path_info.startswith(settings.ADMIN_PREFIX)
