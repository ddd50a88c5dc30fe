"""Accounts of officers as they are after some time."""

from helphub.accounts import account_changes


def established(user):
    """An account that may approve numbers and vouch for others, as after `manage.py vouch`."""
    account_changes.record(account_changes.Kind.VOUCHED, user, who_name="the tests")
    return user
