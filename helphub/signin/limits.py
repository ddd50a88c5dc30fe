"""Wrong codes and passkeys, counted by account and address together, as wrong passwords are.

allauth counts them by the account alone: whoever knows a password and fails five times would lock
the officer out from everywhere.
"""

from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.base import forms as code_forms
from allauth.mfa.totp import forms as app_forms
from allauth.mfa.webauthn import forms as passkey_forms


def check_rate_limit(user, error_key=None):
    """Count a try. What comes back is called when it succeeds, and forgets the failures."""
    request, key = context.request, f"{get_ip(context.request)}:mfa:{user.pk}"
    if not ratelimit.consume(request, action="login_failed", key=key):
        raise get_adapter().validation_error(error_key or "too_many_login_attempts")
    return lambda: ratelimit.clear(request, action="login_failed", key=key)


def count_by_address():
    # allauth has no setting for this: its forms call the function by this name.
    for module in (code_forms, app_forms, passkey_forms):
        module.check_rate_limit = check_rate_limit
