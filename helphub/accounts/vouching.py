"""A keeper vouches for the person behind an account that is too new to approve numbers."""

from helphub.accounts.account_age import too_young
from helphub.accounts.change_log import record
from helphub.accounts.models import AccountChange
from helphub.accounts.rights import APPROVE, may_approve_once_open
from helphub.accounts.second_person import why_no_second_keeper


class NotVouchedError(Exception):
    """Nothing was recorded. The message tells the officer why."""


def young_of(account):
    """What is too new for an account to approve numbers."""
    return too_young(account, APPROVE) if may_approve_once_open(account) else []


def why_not_vouch(user, account):
    """Why an officer cannot vouch for an account, in words; or an empty string."""
    if user.pk == account.pk:
        return "You cannot vouch for yourself."
    if why := why_no_second_keeper(user):
        return why
    young = young_of(account)
    if not young:
        return "This account no longer needs anyone to vouch for it."
    if all(user.pk in item.doers for item in young):
        return (
            "You made a recent change to this account yourself. Another user administrator must "
            "vouch for it."
        )
    return ""


def vouch(user, account):
    """Record that a keeper knows this person, and that the account is theirs."""
    if why := why_not_vouch(user, account):
        raise NotVouchedError(why)
    record(AccountChange.Kind.VOUCHED, account)
