"""What this project changes in allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect

from helphub.accounts import factors, reauthentication
from helphub.accounts.crypto import seal, unseal
from helphub.accounts.factor_removal import remove_factors
from helphub.accounts.waiting_changes import has_signed_in


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up: a user administrator makes accounts in the admin."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "That username and password don't match. Try again.",
        "too_many_login_attempts": "Too many failed attempts. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request):
        return False

    def _get_login_attempts_cache_key(self, request, **credentials):
        # By name alone, a stranger could lock the officer out by failing often enough.
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{get_ip(request)}:{key}"

    def pre_login(self, request, user, **kwargs):
        if not (user.is_active and user.is_staff):
            messages.error(
                request, "This account is closed. Ask a user administrator to reopen it."
            )
            return redirect("account_login")
        remove_factors(user)
        return super().pre_login(request, user, **kwargs)

    def post_login(self, request, user, **kwargs):
        records = get_authentication_records(request, user)
        for change in has_signed_in(user, records):
            messages.warning(
                request, f"{change.words} You have just signed in without it, so it was cancelled."
            )
        return super().post_login(request, user, **kwargs)

    def is_reauthentication_required(self, *, app, **kwargs):
        return not reauthentication.is_recent(context.request)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted, and the last one cannot be removed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "This is your only second factor. Add another one first.",
        "incorrect_code": "That code is wrong or has already been used. Try the next one.",
    }

    def encrypt(self, text):
        return seal(text)

    def decrypt(self, encrypted_text):
        try:
            return unseal(encrypted_text)
        except InvalidToken:
            raise ValidationError(
                "The server's key has changed, so this second factor no longer works. "
                "Ask a user administrator to remove it, then add a new one."
            ) from None

    def can_delete_authenticator(self, authenticator):
        others = factors.of(authenticator.user).exclude(pk=authenticator.pk)
        return not settings.SECOND_FACTOR or others.exists()

    def get_public_key_credential_rp_entity(self):
        entity = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.MFA_TOTP_ISSUER}

    def generate_authenticator_name(self, user, type):
        number = factors.of(user).filter(type=type).count() + 1
        return f"Passkey {number}"
