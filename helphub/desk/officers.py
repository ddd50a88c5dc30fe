"""Who may open a page of the desk."""

from functools import wraps

from django.contrib import admin
from django.core.exceptions import PermissionDenied


def for_officers(*permissions):
    """A page of the desk, for officers with any of these permissions.

    The view's second argument is the context that every admin page shows.
    """

    def decorate(view):
        @wraps(view)
        def guarded(request, **arguments):
            if not any(map(request.user.has_perm, permissions)):
                raise PermissionDenied
            return view(request, admin.site.each_context(request), **arguments)

        return admin.site.admin_view(guarded)

    return decorate
