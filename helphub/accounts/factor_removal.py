"""Removing all second factors of an account, once that was asked for and has taken effect."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from helphub.accounts import sessions
from helphub.accounts.change_log import record
from helphub.accounts.models import AccountChange

Kind = AccountChange.Kind


def ask_for_removal(user):
    """Ask to remove all factors of an account. A removal that is already waiting carries on."""
    removal = AccountChange.objects.filter(account=user.pk, kind=Kind.REMOVAL).waiting().first()
    return removal or record(Kind.REMOVAL, user, waits=True)


@transaction.atomic
def remove_factors(user):
    """Remove an account's factors if that was asked for and has taken effect."""
    asked = AccountChange.objects.filter(account=user.pk, kind=Kind.REMOVAL)
    due = [
        removal
        for removal in asked.exclude(decisions__kind__in=[Kind.REMOVED, Kind.CANCELLED])
        if not removal.is_waiting
    ]
    for removal in due:
        # Factors added after the request are not the lost ones.
        Authenticator.objects.filter(user=user, created_at__lte=removal.at).delete()
        sessions.end_all(user)
        record(Kind.REMOVED, user, who=removal.who, who_name=removal.who_name, about=removal)
    return bool(due)
