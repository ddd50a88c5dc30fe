"""When officers must confirm who they are.

That is for users, factors, changes waiting for a second keeper, and proposals of critical
numbers. allauth's factor pages ask by themselves; our middleware asks for the others.
"""

import time

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.utils.http import urlencode

from helphub.accounts import sessions

USERS = ("admin:auth_user_", "admin:auth_group_")
ACCOUNT_CHANGE = "account-change"  # Where a second keeper agrees to a change.
# Proposing a number, also from a spreadsheet, and deciding on it.
PROPOSALS = {"approvals:propose", "approvals:proposal", "spreadsheets:propose"}


def is_recent(request):
    """Whether the officer gave a password or factor in the last few minutes."""
    if sessions.is_fresh(request):
        return True
    records = get_authentication_records(request, request.user)
    since = time.time() - settings.CONFIRMED_SECONDS
    return any(record.get("reauthenticated") and record["at"] > since for record in records)


def is_needed(request, match):
    """Whether this request needs it: users, a password, an account change, a critical number."""
    name = match.view_name
    if name.startswith(USERS):
        return request.method == "POST" or not name.endswith("_changelist")
    if name == "admin:password_change":
        return True
    return name in PROPOSALS | {ACCOUNT_CHANGE} and request.method == "POST"


def address(request):
    """Where an officer confirms and is then sent back; empty if they have no way to."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    return methods and f"{methods[0]['url']}?{urlencode({'next': request.get_full_path()})}"
