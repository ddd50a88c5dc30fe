"""What asks officers again who they are: users, factors, and the digits of critical numbers.

The pages of factors ask by themselves (allauth); the gate asks for the others.
"""

import time

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.utils.http import urlencode

from contacts.models import Phone
from helphub.signin import sessions

USERS = ("admin:auth_user_", "admin:auth_group_")
DIGITS = ["dial", "display", "textphone", "role"]


def is_recent(request):
    """Whether a password or a factor was given in the last minutes."""
    if sessions.is_fresh(request):
        return True
    records = get_authentication_records(request, request.user)
    since = time.time() - settings.CONFIRMED_SECONDS
    return any(record.get("reauthenticated") and record["at"] > since for record in records)


def is_needed(request, match):
    """Whether this request changes users, a password or a critical number."""
    name = match.view_name
    if name.startswith(USERS):
        return request.method == "POST" or not name.endswith("_changelist")
    if name == "admin:password_change":
        return True
    return name == "admin:contacts_phone_change" and _changes_digits(request, match)


def _changes_digits(request, match):
    if request.method != "POST":
        return False
    key = match.kwargs["object_id"]
    phone = Phone.objects.filter(pk=key).first() if key.isdecimal() else None
    if phone is None or not (phone.role or request.POST.get("role")):
        return False
    return any(request.POST.get(name, "") != getattr(phone, name) for name in DIGITS)


def address(request):
    """Where an officer confirms, and is led back from; nothing if there is no way to."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    return methods and f"{methods[0]['url']}?{urlencode({'next': request.get_full_path()})}"
