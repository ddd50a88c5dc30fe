"""Second factors: whether an account has one, and whether this session has shown it."""

from allauth.core import context
from allauth.mfa.models import Authenticator

SESSION_KEY = "second_factor"
# Recovery codes are no factor of their own: they stand in for a lost one.
KINDS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def in_words(factor):
    """A factor as a sentence names it."""
    if factor.type == Authenticator.Type.RECOVERY_CODES:
        return "a set of recovery codes"
    return "an app" if factor.type == Authenticator.Type.TOTP else f"“{factor}”"


def of(user):
    return Authenticator.objects.filter(user=user, type__in=KINDS)


def are_shown(request):
    """Whether whoever is signed in has shown a second factor since."""
    return request.session.get(SESSION_KEY) == request.user.pk


def remember(request, user, **kwargs):
    request.session[SESSION_KEY] = user.pk


def remember_new(instance, created, **kwargs):
    """Who has just made a factor of their own has shown it, by a code or a press."""
    request = context.request
    if created and request and instance.type in KINDS and instance.user == request.user:
        remember(request, instance.user)
