"""Keeps what an officer typed into a form that was not accepted, and gives it back.

It is kept encrypted in the session, for the same account and the same address.
"""

import json
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.shortcuts import render

from helphub.signin.sealing import seal, unseal

SESSION_KEY = "typed"
# Buttons and the CSRF token, then the fields Django uses to keep track of rows.
NOT_TEXT = ("_", "csrf")
COUNTS = ("_FORMS", "-id", "-DELETE")


def fields_of(request):
    """What a form sent, without passwords: those must be typed again."""
    return [
        (name, values)
        for name, values in request.POST.lists()
        if "password" not in name and name != "csrfmiddlewaretoken"
    ]


def words_of(fields):
    """The text an officer typed, out of all that a form sent: (field, text)."""
    return [
        (name.replace("_", " "), value)
        for name, values in fields
        if not name.startswith(NOT_TEXT) and not name.endswith(COUNTS)
        for value in values
        if value.strip()
    ]


def keep(request, user):
    """Keep what a form sent."""
    request.session[SESSION_KEY] = seal(
        json.dumps(
            {
                "user": user.pk,
                "address": request.get_full_path(),
                "form": address_of_form(request),
                "fields": fields_of(request),
            }
        )
    )


def address_of_form(request):
    """The page that the form was on: the previous page, if it is the admin's."""
    before = urlsplit(request.headers.get("Referer", ""))
    if before.netloc == request.get_host() and before.path.startswith(settings.ADMIN_PREFIX):
        return before.path + (f"?{before.query}" if before.query else "")
    return settings.ADMIN_PREFIX


def waiting(request):
    """What is kept for this officer, or None."""
    try:
        submission = json.loads(unseal(request.session[SESSION_KEY]))
    except (KeyError, InvalidToken):
        return None
    return submission if submission["user"] == request.user.pk else None


def forget(request):
    request.session.pop(SESSION_KEY, None)


def give_back(request, submission):
    """A page with what was typed, to send again or discard."""
    context = {
        "submission": submission,
        "words": words_of(submission["fields"]),
        "title": "What you typed is still here",
    }
    return render(request, "signin/typed.html", context)
