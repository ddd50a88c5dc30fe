"""Saying that records are still correct, many at once, and taking it back."""

import uuid
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from contacts.models import Phone, Verification
from helphub.checking import owners, reports
from helphub.checking.models import Confirmation
from helphub.checking.ways import NOT_RUNG, is_never_rung
from helphub.content.entries import Entry
from helphub.content.registry import RecordName, content_model
from helphub.history import snapshots
from helphub.history.recording import recording
from services.models import Service, ServiceVerification
from strategy.models import Document, Source, Statistic

# Every version made by a check begins with this word. `publishing_checks` looks for it.
WHY = "Checked: still correct"
TAKEN_BACK = "Check taken back"
Method = Verification.Method
VERIFICATIONS = {Phone: (Verification, "phone"), Service: (ServiceVerification, "service")}
# Their last check is the newest confirmation: the strategy's own rows have no date.
OF_THE_STRATEGY = (Statistic, Source, Document)
DEFAULT_ROLE = "communications"


def role_of(user) -> str:
    """The role that a check is recorded under: an officer's first role."""
    role = user.groups.order_by("name").first()
    return role.name.lower() if role else DEFAULT_ROLE


def confirm(
    names: list[RecordName], user, how: str, source: str, checked_on: date, batch: uuid.UUID
) -> None:
    """Keep that these records were found correct, all or none. The batch takes it back."""
    if Confirmation.objects.filter(batch=batch).exists():
        return  # The second press of one button.
    if not names:
        raise ValidationError("Tick what you have checked.")
    if how not in {Method.RANG, Method.TOLD, Method.PUBLISHED_SOURCES}:
        raise ValidationError({"how": "Say how it was checked."})
    if how != Method.RANG and not source.strip():
        raise ValidationError({"source": "Say where you read it, or who told you."})
    if checked_on > timezone.localdate():
        raise ValidationError({"checked_on": "This date is in the future. Enter today or earlier."})
    with recording(user, why=WHY), transaction.atomic():
        for name in sorted(names):
            row = _locked(name)
            done = Confirmation(
                label=name[0],
                key=name[1],
                how=how,
                source=source.strip(),
                role=role_of(user),
                officer_name=user.get_username(),
                checked_on=checked_on,
                batch=batch,
            )
            _mark(row, done)
            done.owners_day = owners.met(name)
            done.full_clean()
            done.save()


def _locked(name: RecordName):
    label, key = name
    model = content_model(label)
    snapshots.lock(model, key)
    row = model._base_manager.filter(pk=key).first()
    if row is None:
        raise ValidationError("One of these has been deleted meanwhile. Nothing was saved.")
    return row


def _last_check(row) -> date | None:
    if type(row) in VERIFICATIONS:
        return row.verification.verified_on if row.verification else None
    return getattr(row, "reviewed_on", None)


def _mark(row, done: Confirmation) -> None:
    """Date the record itself, so that readers see it."""
    if isinstance(row, Phone) and done.how == Method.RANG and is_never_rung(row):
        raise ValidationError(f"“{row}” is never rung for a check: {NOT_RUNG}")
    last = _last_check(row)
    if last and done.checked_on < last:
        raise ValidationError(
            f"“{row}” was checked on {last:%-d %B %Y}. Untick it, or enter that day or a later one."
        )
    if type(row) in VERIFICATIONS:
        model, owner = VERIFICATIONS[type(row)]
        check = model(
            **{owner: row},
            verified_on=done.checked_on,
            method=done.how,
            role=done.role,
            confirmed=(done.source or "Still correct")[:200],
        )
        check.full_clean(exclude=["position"])
        check.save()
        done.verification = check.position
        line = row.slug if isinstance(row, Phone) else row.line
        done.answered = reports.answer(line, done.checked_on)
    elif isinstance(row, Entry):
        done.checked_before = row.reviewed_on
        row.reviewed_on = done.checked_on
        row.save(update_fields=["reviewed_on"])
    elif not isinstance(row, OF_THE_STRATEGY):
        raise ValidationError(f"“{row}” cannot be confirmed here. Open it and look.")


def take_back(batch: uuid.UUID, user) -> int:
    """Take a confirmation back. Returns how many records it was."""
    mine = Confirmation.objects.filter(batch=batch, officer_name=user.get_username())
    rows = list(mine.filter(taken_back_at=None).order_by("label"))
    with recording(user, why=TAKEN_BACK), transaction.atomic():
        for done in rows:
            snapshots.lock(content_model(done.label), done.key)
            row = content_model(done.label)._base_manager.filter(pk=done.key).first()
            if row is not None:
                _unmark(row, done)
                owners.unmet(done.name, done.owners_day)
        Confirmation.objects.filter(pk__in=[row.pk for row in rows], taken_back_at=None).update(
            taken_back_at=timezone.now()
        )
    return len(rows)


def _unmark(row, done: Confirmation) -> None:
    if type(row) in VERIFICATIONS:
        model, owner = VERIFICATIONS[type(row)]
        model.objects.create(
            **{owner: row},
            verified_on=timezone.localdate(),
            method=Method.TAKEN_BACK,
            role=done.role,
            confirmed="Taken back",
            replaces=done.verification,
        )
        reports.unanswer(done.answered)
    elif isinstance(row, Entry) and row.reviewed_on == done.checked_on:
        # If the dates differ, somebody has checked it since.
        row.reviewed_on = done.checked_before
        row.save(update_fields=["reviewed_on"])


def newest_batch(user):
    """The newest confirmation of this officer that can be taken back: one of its rows, or None."""
    return Confirmation.objects.filter(
        officer_name=user.get_username(), taken_back_at=None, saved_at__date=timezone.localdate()
    ).first()
