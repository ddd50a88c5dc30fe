"""What asks officers again who they are: users, factors, what waits for a second keeper, and
proposals of critical numbers.

The pages of factors ask by themselves (allauth); the gate asks for the others.
"""

import time

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.utils.http import urlencode

from helphub.signin import sessions

USERS = ("admin:auth_user_", "admin:auth_group_")
ACCOUNT_CHANGE = "account-change"  # A second keeper agrees to it there.
PROPOSALS = {"desk:propose", "desk:proposal"}  # Proposing a number, and deciding on one.


def is_recent(request):
    """Whether a password or a factor was given in the last minutes."""
    if sessions.is_fresh(request):
        return True
    records = get_authentication_records(request, request.user)
    since = time.time() - settings.CONFIRMED_SECONDS
    return any(record.get("reauthenticated") and record["at"] > since for record in records)


def is_needed(request, match):
    """Whether this request changes users or a password, or what becomes of a critical number."""
    name = match.view_name
    if name.startswith(USERS):
        return request.method == "POST" or not name.endswith("_changelist")
    if name == "admin:password_change":
        return True
    return name in PROPOSALS | {ACCOUNT_CHANGE} and request.method == "POST"


def address(request):
    """Where an officer confirms, and is led back from; nothing if there is no way to."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    return methods and f"{methods[0]['url']}?{urlencode({'next': request.get_full_path()})}"
