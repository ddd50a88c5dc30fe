"""Counts wrong codes and passkeys by account and address together, like wrong passwords.

allauth counts them by account alone. Anyone who knew a password could fail five times and lock the
officer out everywhere.
"""

from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.base import forms as code_forms
from allauth.mfa.totp import forms as app_forms
from allauth.mfa.webauthn import forms as passkey_forms


def check_rate_limit(user, error_key=None):
    """Count an attempt. Call the returned function on success to clear the failures."""
    request, key = context.request, f"{get_ip(context.request)}:mfa:{user.pk}"
    if not ratelimit.consume(request, action="login_failed", key=key):
        raise get_adapter().validation_error(error_key or "too_many_login_attempts")
    return lambda: ratelimit.clear(request, action="login_failed", key=key)


def count_by_address():
    # allauth has no setting for this, so replace the function that its forms call.
    for module in (code_forms, app_forms, passkey_forms):
        module.check_rate_limit = check_rate_limit
