"""Who can open the admin's own pages, and where a record's form is."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse

from helphub.content.registry import Record

View = Callable[..., HttpResponseBase]

SEE, PUBLISH, WITHDRAW = "editions.view_publicationrequest", "editions.publish", "editions.withdraw"


def for_officers(*permissions: str) -> Callable[[View], View]:
    """A page of the admin, for officers with any of these permissions.

    The view's second argument is the context that every admin page shows.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
            user: Any = request.user
            if not any(map(user.has_perm, permissions)):
                raise PermissionDenied
            return view(request, admin.site.each_context(request), **arguments)

        return admin.site.admin_view(guarded)

    return decorate


def form_of(record: Record | None) -> str:
    """The address of a record's form in the admin, or "" if it has none."""
    if record is None:
        return ""
    name = record.label.replace(".", "_")
    try:
        return reverse(f"admin:{name}_change", args=[record.key])
    except NoReverseMatch:
        return ""
