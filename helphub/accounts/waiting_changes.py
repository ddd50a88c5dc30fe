"""What ends the wait of a change: an officer agrees or cancels, or events show that it is moot."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction

from helphub.accounts.change_log import record_decision
from helphub.accounts.factor_removal import remove_factors
from helphub.accounts.keepers import is_keeper
from helphub.accounts.models import AccountChange
from helphub.accounts.rights import APPROVE
from helphub.accounts.second_person import why_no_second_keeper

Kind = AccountChange.Kind


class NotDoneError(Exception):
    """Nothing was done. The message tells the officer why."""


def why_not_agree(user, change):
    if user.pk == change.who:
        return "You asked for this yourself. Another user administrator must agree."
    if user.pk == change.account:
        return "This is about your own account. Another user administrator must agree."
    return why_no_second_keeper(user)


def may_cancel(user, change):
    """Any keeper, any publisher, and the person concerned."""
    return user.pk == change.account or is_keeper(user) or user.has_perm(APPROVE)


def _locked(key):
    change = AccountChange.objects.select_for_update().get(pk=key)
    if not change.is_waiting:
        latest = change.decision or change
        raise NotDoneError(f"Nothing was changed: this is no longer waiting. {latest.words}")
    return change


@transaction.atomic
def agree(key, user):
    """Let something take effect at once, on the word of a second keeper."""
    change = _locked(key)
    if why := why_not_agree(user, change):
        raise NotDoneError(why)
    record_decision(change, Kind.AGREED)
    if change.kind == Kind.REMOVAL:
        remove_factors(User.objects.get(pk=change.account))


@transaction.atomic
def cancel(key, user):
    """Cancel a waiting change, and take back what it would have given."""
    change = _locked(key)
    if not may_cancel(user, change):
        raise NotDoneError(
            "Only a user administrator, a publisher or the person concerned can cancel this."
        )
    record_decision(change, Kind.CANCELLED)
    account = User.objects.filter(pk=change.account).first()
    app, codename = APPROVE.split(".")
    permission = Permission.objects.filter(content_type__app_label=app, codename=codename).first()
    if change.kind == Kind.ROLE_CHANGED:
        if group := Group.objects.filter(pk=change.role).first():
            group.permissions.remove(permission)
    elif account is None:
        return
    elif change.kind == Kind.ROLE and change.role:
        account.groups.remove(*Group.objects.filter(pk=change.role))
    elif change.kind == Kind.ROLE:
        account.user_permissions.remove(permission)
    elif change.kind == Kind.SUPERUSER:
        account.is_superuser = False
        account.save(update_fields=["is_superuser"])
    elif change.kind == Kind.REOPENED:
        account.is_active = False
        account.save(update_fields=["is_active"])


def call_off(user, **filters):
    """Cancel changes waiting for an account, because the change itself was undone."""
    for change in AccountChange.objects.filter(account=user.pk, **filters).waiting():
        record_decision(change, Kind.CANCELLED, "by undoing it")


def has_signed_in(user, records):
    """Cancel what is waiting: whoever signs in with the password or factor has not lost it."""
    kinds = []
    if any(sign_in.get("method") == "password" for sign_in in records):
        kinds.append(Kind.LINK)
    factor_types = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    if any(sign_in.get("type") in factor_types for sign_in in records):
        kinds.append(Kind.REMOVAL)
    changes = list(AccountChange.objects.filter(account=user.pk, kind__in=kinds).waiting())
    for change in changes:
        record_decision(change, Kind.CANCELLED, "by signing in")
    return changes
