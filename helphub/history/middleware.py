"""Keeps versions of what an admin request saves, wherever the code saves it."""

from helphub.content.requests import is_for_admin
from helphub.history.recording import recording

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
# Not the sign-in pages: they count failures, and a rollback must not undo the count.
NAMESPACES = {
    *("admin", "publishing", "approvals", "reviews", "history", "translations"),
    "spreadsheets",
}


class Recorded:
    """Runs an admin view that may save in one transaction, and keeps versions of it.

    It must be the last middleware, because it calls the view itself.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, arguments, named):
        namespaces = NAMESPACES & set(request.resolver_match.namespaces)
        if not is_for_admin(request) or request.method in SAFE or not namespaces:
            return None
        user = request.user if request.user.is_authenticated else None
        with recording(user):
            return view(request, *arguments, **named)
