"""How long an officer stays signed in."""

import time

from django.conf import settings
from django.utils import timezone

from helphub.accounts.models import SessionsEnd, SignIn

BEGUN, SEEN = "begun_at", "seen_at"
MINUTE = 60


def begin(request, user, **kwargs):
    now = time.time()
    request.session[BEGUN] = request.session[SEEN] = now
    request.session.clear_expired()
    SignIn.objects.filter(at__lt=timezone.now() - settings.SIGN_INS_KEPT).delete()
    SignIn.objects.create(account=user.pk, name=user.get_username())


def why_over(request):
    """Why this officer's session is over, worded for them; or an empty string."""
    now, session = time.time(), request.session
    begun, seen = session.get(BEGUN, 0), session.get(SEEN, 0)
    ended = SessionsEnd.objects.filter(user=request.user).first()
    if ended and begun <= ended.at.timestamp():
        return "All your sessions have been ended. Sign in again."
    if now - begun > settings.SESSION_LONGEST_SECONDS:
        return "You have been signed in for 12 hours. Sign in again."
    if now - seen > settings.SESSION_IDLE_SECONDS:
        return "You were signed out after 30 minutes without activity. Sign in again."
    return ""


def touch(request):
    """Note that the officer is active, at most once a minute because each note is a write."""
    now = time.time()
    if now - request.session[SEEN] > MINUTE:
        request.session[SEEN] = now


def is_fresh(request):
    """Whether the officer signed in too recently to be asked again."""
    return time.time() - request.session.get(BEGUN, 0) < settings.CONFIRMED_SECONDS


def end_all(user):
    """End all sessions of a person, on every device."""
    SessionsEnd.objects.update_or_create(user=user, defaults={"at": timezone.now()})
