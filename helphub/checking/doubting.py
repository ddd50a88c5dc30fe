"""When failed checks make readers see that we are checking a number, and when that ends."""

from django.utils import timezone

from contacts.models import Doubt
from helphub.checking.models import Attempt
from helphub.checking.ways import Way
from helphub.publishing.requests import Kind, ask_for

DOUBTED, LIFTED = "doubted", "lifted"
Outcome = Attempt.Outcome
FAILED_DAYS = 2


def failed_days(phone):
    """The days on which checks of the current digits failed since one last succeeded.

    Of a verification we know the day alone. What failed earlier that day no longer counts, so
    nothing of that day does.
    """
    days = {}
    checked_on = phone.verification.verified_on if phone.verification else None
    for attempt in phone.attempts.filter(dial=phone.dial):
        if attempt.outcome in (Outcome.CONFIRMED, Outcome.CHANGED):
            break
        day = timezone.localtime(attempt.at).date()
        if attempt.failed and (checked_on is None or day > checked_on):
            days[day] = attempt
    return sorted(days)


def _may_lift(attempt):
    """A website may repeat the wrong number, so it does not outweigh a call that failed."""
    rung = attempt.phone.attempts.filter(dial=attempt.phone.dial, way=Way.LINE)
    return attempt.way != Way.PAGE or not any(earlier.failed for earlier in rung)


def after(attempt, *, has_new_digits):
    """Doubt a number, or lift its doubt, after an attempt. Both go out as a withdrawal does.

    New digits do not lift it: readers still see the old ones, and nobody has rung the new ones.
    """
    phone, officer = attempt.phone, attempt.officer_name
    doubt = phone.doubts.filter(lifted_at=None).first()
    if attempt.outcome in (Outcome.CONFIRMED, Outcome.CHANGED):
        if doubt is None or has_new_digits or not _may_lift(attempt):
            return ""
        doubt.lifted_at, doubt.lifted_by = timezone.now(), officer
        doubt.save()
        ask_for(Kind.WITHDRAWAL, officer, f"Reached again: {phone}"[:300])
        return LIFTED
    if doubt or not attempt.failed:
        return ""
    days = failed_days(phone)
    if len(days) < FAILED_DAYS:
        return ""
    on_days = " and ".join(f"{day:%-d %B %Y}" for day in days[-FAILED_DAYS:])
    Doubt.objects.create(phone=phone, why=f"Checks failed on {on_days}.")
    ask_for(Kind.WITHDRAWAL, officer, f"Two checks failed: {phone}"[:300])
    return DOUBTED
