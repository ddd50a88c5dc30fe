"""Accounts of officers as they are after some time."""

from helphub.accounts.change_log import record
from helphub.accounts.models import AccountChange


def established(user):
    """An account that may approve numbers and vouch for others, as after `manage.py vouch`."""
    record(AccountChange.Kind.VOUCHED, user, who_name="the tests")
    return user
