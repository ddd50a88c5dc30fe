"""The error pages. They must work without a database, so they read the numbers from a file."""

import sys
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse, translate_url
from django.utils.translation import get_language, override

from contacts import critical
from helphub.content import forms, memory
from helphub.content.entries import Away, Gone
from helphub.content.requests import is_for_admin
from helphub.context_processors import owner_name, switcher
from helphub.whitespace import squeezed


def _without_database(request, template, status):
    # This page exists in no other language, so the language switcher leads home.
    context = {"critical": critical.from_file(), "languages": switcher(reverse("home"))}
    # What these share comes from the file: other pages must not remember it, nor these theirs.
    with memory.using(memory.Memory()):
        # Some of these are made outside the middleware that squeezes readers' pages.
        page = squeezed(render_to_string(template, context, request))
    return HttpResponse(page, status=status)


def is_officers(request):
    """Whether a signed-in officer asked for an admin page."""
    user = getattr(request, "user", None)
    return is_for_admin(request) and user is not None and user.is_authenticated


NOT_FOR_ROLE = {
    "title": "Your role does not give you access to this page",
    "why": "Nothing was changed. What you can do depends on your role.",
    "what_to_do": "If you need this page for your work, ask a user administrator for a role that "
    "gives you access.",
}

NO_SUCH_PAGE = {
    "title": "There is no such page",
    "why": "There may be a mistake in the address, or the item may have been deleted.",
    "what_to_do": "Go back to the first page. You can restore deleted items from “Deleted”, above "
    "each list.",
}

ODD_ADDRESS = {
    "title": "The admin cannot read this address",
    "why": "Nothing was changed. Part of the address is missing or has been altered.",
    "what_to_do": "Go back, reload the page, and press the link or button again.",
}


def _for_officers(request, words, status):
    from django.contrib import admin

    context = admin.site.each_context(request) | words
    return render(request, "admin/content/refused.html", context, status=status)


def bad_request(request, exception):
    if is_officers(request):
        return _for_officers(request, ODD_ADDRESS, HTTPStatus.BAD_REQUEST)
    return _without_database(request, "400.html", 400)


def permission_denied(request, exception):
    if is_officers(request):
        return _for_officers(request, NOT_FOR_ROLE, HTTPStatus.FORBIDDEN)
    return _without_database(request, "404.html", HTTPStatus.FORBIDDEN)


def page_not_found(request, exception):
    if is_officers(request):
        return _for_officers(request, NO_SUCH_PAGE, HTTPStatus.NOT_FOUND)
    if isinstance(exception, Away):
        return render(request, "away.html", {"page": exception.page}, status=HTTPStatus.NOT_FOUND)
    if isinstance(exception, Gone):
        return gone(request, exception.page)
    return _without_database(request, "404.html", 404)


def gone(request, page):
    """A page that is archived or over: kind words, and where to go."""
    language = get_language()
    with override(settings.LANGUAGE_CODE):
        url = translate_url(page.moved_to or reverse(page.list_name), language)
    context = {"page": page, "url": url}
    return render(request, "gone.html", context, status=HTTPStatus.GONE)


def method_not_allowed(request):
    return _without_database(request, "405.html", 405)


def try_again(request):
    """For what can't be done just now: shows the numbers, and the lists that still work."""
    response = _without_database(request, "503.html", 503)
    response.headers["Retry-After"] = "60"
    return response


def emergency_page():
    """The emergency page as text. It needs no database and no request."""
    with override(settings.LANGUAGE_CODE):
        context = {
            "critical": critical.from_file(),
            "exit_url": settings.EXIT_URL,
            "owner_name": owner_name(),
        }
        return squeezed(render_to_string("emergency.html", context))


def is_without_database(request, error):
    """Whether an officer's request failed because the working database went away."""
    if not is_for_admin(request):
        return False
    # SQLite raises a plain DatabaseError for a file that is no longer a database. PostgreSQL raises
    # InternalError for a database that is read-only.
    kinds = (OperationalError, InterfaceError, InternalError)
    return isinstance(error, kinds) or type(error) is DatabaseError


def no_database(request):
    """Tell officers that the working database is down or read-only, and keep what they typed.

    Nothing here queries it, not even for the session or the user.
    """
    # Only return what our own page sent. Otherwise a press here could submit a forged form.
    is_ours = request.method == "POST" and getattr(request, "csrf_processing_done", False)
    fields = forms.fields_of(request) if is_ours else []
    context = {
        "critical": critical.from_file(),
        "languages": switcher(reverse("home")),
        "token": get_token(request),
        "fields": fields,
        "words": forms.words_of(fields),
    }
    response = render(request, "no_database.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = "60"
    return response


def server_error(request):
    if is_without_database(request, sys.exception()):
        return no_database(request)
    try:
        return _without_database(request, "500.html", 500)
    except Exception:
        # Whatever broke the page may break its frame too. The emergency page needs neither.
        return HttpResponse(emergency_page(), status=500)
