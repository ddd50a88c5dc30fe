"""Keeps what an officer typed into a form that was not accepted, and gives it back.

It is kept encrypted in the session, for the same account and the same address.
"""

import json
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.shortcuts import render

from helphub.accounts.crypto import seal, unseal
from helphub.content.forms import fields_of, words_of

SESSION_KEY = "typed"


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
    return render(request, "accounts/typed.html", context)
