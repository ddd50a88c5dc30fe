"""Taking a check, so that two officers do not ring one line."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from helphub.checking.models import Claim
from helphub.content.registry import RecordName

LASTS = timedelta(hours=2)


def claim(name: RecordName, user) -> Claim:
    """Take a check, or see who has it: the claim of whoever was first. It ends after two hours."""
    label, key = name
    values = {
        "officer": user.pk,
        "officer_name": user.get_username(),
        "until": timezone.now() + LASTS,
    }
    with transaction.atomic():
        Claim.objects.filter(label=label, key=key, until__lte=timezone.now()).delete()
        Claim.objects.filter(label=label, key=key, officer=user.pk).update(until=values["until"])
        try:
            with transaction.atomic():
                row, _is_new = Claim.objects.get_or_create(label=label, key=key, defaults=values)
        except IntegrityError:  # Somebody took it in this very moment.
            row = Claim.objects.get(label=label, key=key)
    return row


def release(name: RecordName, user) -> None:
    """Let others take it again. Only whoever took it can."""
    label, key = name
    Claim.objects.filter(label=label, key=key, officer=user.pk).delete()
