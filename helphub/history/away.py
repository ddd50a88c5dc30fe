"""A form that could not be saved because the database went away: given back whole."""

import sys
from http import HTTPStatus

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from helphub.middleware import is_for_admin
from helphub.signin import typed


def page(request):
    """What was typed, to copy and to send again; or nothing, if this was another kind of trouble.

    It stands where no database answers: no session is asked, and nobody's name is shown.
    """
    # Only what our own page sent is given back: a forged form must not be sent by a press here.
    is_ours = is_for_admin(request) and getattr(request, "csrf_processing_done", False)
    if not is_ours or not _is_away(sys.exception()):
        return None
    fields = typed.fields_of(request)
    context = {
        "title": "Nothing is saved: the database did not answer",
        "address": request.get_full_path(),
        "token": get_token(request),
        "fields": fields,
        "words": typed.words_of(fields),
    }
    response = HttpResponse(
        render_to_string("signin/away.html", context), status=HTTPStatus.SERVICE_UNAVAILABLE
    )
    response.headers["Retry-After"] = "60"
    return response


def _is_away(error):
    # SQLite says no more than this of a file that is no database any more.
    return isinstance(error, (OperationalError, InterfaceError)) or type(error) is DatabaseError
