"""Second factors: whether an account has one, and whether this session has used it."""

from allauth.core import context
from allauth.mfa.models import Authenticator

SESSION_KEY = "second_factor"
# Recovery codes are not a factor: they replace a lost one.
KINDS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def in_words(factor):
    """A factor's name for use in a sentence."""
    if factor.type == Authenticator.Type.RECOVERY_CODES:
        return "a set of recovery codes"
    return "an app" if factor.type == Authenticator.Type.TOTP else f"“{factor}”"


def of(user):
    return Authenticator.objects.filter(user=user, type__in=KINDS)


def are_shown(request):
    """Whether the officer has used a second factor in this session."""
    return request.session.get(SESSION_KEY) == request.user.pk


def remember(request, user, **kwargs):
    request.session[SESSION_KEY] = user.pk


def remember_new(instance, created, **kwargs):
    """Adding a factor also proves it, because that takes a code or a press."""
    request = context.request
    if created and request and instance.type in KINDS and instance.user == request.user:
        remember(request, instance.user)
