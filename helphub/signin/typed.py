"""What an officer typed into a form that could not be taken: kept, and given back.

It waits sealed in the session, for the same account and the same address.
"""

import json
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.shortcuts import render

from helphub.signin.sealing import seal, unseal

SESSION_KEY = "typed"
# Buttons, and what Django's forms count with.
NOT_TEXT = ("_", "csrf")
COUNTS = ("_FORMS", "-id", "-DELETE")


def fields_of(request):
    """What a form sent. Passwords are left out: they are typed again."""
    return [
        (name, values)
        for name, values in request.POST.lists()
        if "password" not in name and name != "csrfmiddlewaretoken"
    ]


def words_of(fields):
    """What somebody typed, of what a form sent: (field, words)."""
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
    """Where the form stood that was sent: the page before, if it is the admin's."""
    before = urlsplit(request.headers.get("Referer", ""))
    if before.netloc == request.get_host() and before.path.startswith(settings.ADMIN_PREFIX):
        return before.path + (f"?{before.query}" if before.query else "")
    return settings.ADMIN_PREFIX


def waiting(request):
    """What waits for whoever is signed in, or nothing."""
    try:
        kept = json.loads(unseal(request.session[SESSION_KEY]))
    except (KeyError, InvalidToken):
        return None
    return kept if kept["user"] == request.user.pk else None


def forget(request):
    request.session.pop(SESSION_KEY, None)


def give_back(request, kept):
    """A page with what was typed, to send or to leave."""
    context = {
        "kept": kept,
        "words": words_of(kept["fields"]),
        "title": "What you typed is still here",
    }
    return render(request, "signin/typed.html", context)
