"""Links that a user administrator gives out, with which an officer chooses a password."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from helphub.accounts.change_log import record, record_decision
from helphub.accounts.models import AccountChange

Kind = AccountChange.Kind


def is_existing(user):
    """Whether an account has been in use, so a link could take it from its owner."""
    return bool(
        user.has_usable_password()
        or user.last_login
        or Authenticator.objects.filter(user=user).exists()
    )


@transaction.atomic
def new_link(user):
    """Make a link for choosing a password, and return it with its secret.

    It ends every earlier link. The old password works until the link is used, so the account's
    owner can still sign in and cancel.
    """
    for earlier in AccountChange.objects.filter(account=user.pk, kind=Kind.LINK).waiting():
        record_decision(earlier, Kind.CANCELLED, "replaced by a newer link")
    link = record(Kind.LINK, user, waits=is_existing(user))
    return link, _secret_of(link, user)


def _secret_of(link, user):
    # The password hash is part of it, so the link works only once.
    return salted_hmac("helphub.signin.link", f"{link.pk}:{user.pk}:{user.password}").hexdigest()


def link_with(user, secret):
    """An account's newest link, if the secret is right and the link was not cancelled."""
    link = AccountChange.objects.filter(account=user.pk, kind=Kind.LINK).first()
    if link is None or link.is_cancelled or not isinstance(secret, str):
        return None
    return link if constant_time_compare(secret, _secret_of(link, user)) else None


class LinkSecrets:
    """Checks a link for Django's page for choosing a password."""

    def check_token(self, user, token):
        link = link_with(user, token)
        if link is None or link.is_waiting:
            return False
        age = timezone.now() - link.started_at
        return age.total_seconds() <= settings.PASSWORD_RESET_TIMEOUT


def used_link(user, secret):
    """Record that a link is being used. Call this before the new password is stored."""
    link = link_with(user, secret)
    record(Kind.PASSWORD, user, who=link.who, who_name=link.who_name, about=link)
