"""A second officer decides on a proposed number. A decision takes effect whole or not at all."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.models import ApprovedNumber, Phone
from helphub.accounts.second_person import why_not_approve
from helphub.approvals.models import NumberProposal
from helphub.approvals.proposing import PROPOSED, set_on
from helphub.content import moments
from helphub.editions import readers_content, withdrawing
from helphub.history.recording import recording
from helphub.publishing import withdrawals
from helphub.publishing.requests import ask_for_records

Kind, Outcome = NumberProposal.Kind, NumberProposal.Outcome


class NotDecidedError(Exception):
    """Nothing was decided. The message tells the officer why."""


def _locked(key):
    """A proposal, locked so that no other officer decides on it in this transaction."""
    proposal = NumberProposal.objects.select_for_update().get(pk=key)
    if not proposal.is_waiting:
        raise NotDecidedError(
            f"Nothing was changed: {proposal.decided_by} has already decided this "
            f"({proposal.get_outcome_display()}, {moments.in_words(proposal.decided_at)})."
        )
    return proposal


def _check_somebody_else(proposal, user):
    if user.pk == proposal.proposer or user.get_username() == proposal.proposed_by:
        raise NotDecidedError(
            "You proposed this yourself. Someone else must decide, but you can take it back."
        )


@transaction.atomic
def approve(key, user):
    """Put a proposal into effect, approved by an officer who did not make it."""
    proposal = _locked(key)
    _check_somebody_else(proposal, user)
    if why := why_not_approve(user, proposal.proposer):
        raise NotDecidedError(f"Nothing was changed. {why}")
    phone, loser = _locked_lines(proposal)
    withdrawal = withdrawals.withdrawal_of(phone)
    _check_nothing_moved(proposal, phone, loser, withdrawal)
    approver = user.get_username()
    if loser:
        # Save this first: only one number may have the role.
        _take_role_from(loser, phone, proposal, user)
    set_on(phone, proposal)
    _check_own_form(phone)
    message = f"Approved {phone.display}, as {proposal.proposed_by} proposed."
    with recording(user, message):
        phone.save(update_fields=[*PROPOSED, "printed_line"])
    if withdrawal:
        withdrawing.lift_withdrawal(withdrawal, approver)
    _note(phone.slug, phone, phone.textphone, phone.role, proposal, approver)
    _log(user, phone, message)
    proposal.decide(Outcome.APPROVED, user)
    _ask_for_publication(proposal, approver)
    return proposal


def _locked_lines(proposal):
    """The line of a proposal and the line that would lose its role to it, if any; locked."""
    keys = [proposal.phone_id, *([proposal.role_from_id] if proposal.role_from_id else [])]
    # Always in the same order, so two approvals can't deadlock.
    phones = {
        line.pk: line
        for line in Phone.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    }
    return phones[proposal.phone_id], phones.get(proposal.role_from_id)


def _check_nothing_moved(proposal, phone, loser, withdrawal):
    """Refuse if the line has changed since the proposal was made."""
    is_as_it_was = all(
        getattr(phone, name) == getattr(proposal, f"was_{name}") for name in PROPOSED
    )
    if proposal.is_change_of_role:
        holder = Phone.objects.filter(role=proposal.role).first()
        is_as_it_was = is_as_it_was and holder == loser
    if not is_as_it_was:
        raise NotDecidedError(
            "Nothing was changed: this line, or the line that has the role, has changed since this "
            "was proposed. Refuse it, and make a new proposal."
        )
    if proposal.kind == Kind.BRING_BACK and not withdrawal:
        raise NotDecidedError("Nothing was changed: this number is no longer withdrawn.")
    if proposal.kind == Kind.CHANGE and withdrawal:
        raise NotDecidedError(
            "Nothing was changed: the number was withdrawn after this was proposed "
            f"({withdrawal.who}: {withdrawal.why}). Refuse it, and propose to bring it back."
        )


def _take_role_from(loser, phone, proposal, user):
    """Save a line without the role that goes to another, and record its loss."""
    loser.role = ""
    # The strategy's printed line moves too: readers see below it that the number changed.
    printed_line, loser.printed_line = loser.printed_line, None
    loser.save(update_fields=["role", "printed_line"])
    phone.printed_line = phone.printed_line or printed_line
    _note_loss(loser, proposal, user.get_username())
    _log(user, loser, f"Gave its role to {phone.name}, as {proposal.proposed_by} proposed.")


def _check_own_form(phone):
    """Refuse if the line's own form would."""
    try:
        phone.full_clean()
    except ValidationError as error:
        raise NotDecidedError(
            "Nothing was changed: with this number, the line's own form has an error. "
            + " ".join(error.messages)
        ) from error


def _note_loss(loser, proposal, approver):
    """Record that a line lost its role. Its digits stay as they were approved."""
    if approved := ApprovedNumber.objects.by_line().get(loser.slug):
        _note(loser.slug, approved, approved.textphone, "", proposal, approver)


def _note(line, number, textphone, role, proposal, approver):
    """Add to the permanent record."""
    row = ApprovedNumber(
        line=line,
        dial=number.dial,
        display=number.display,
        textphone=textphone,
        role=role,
        proposed_by=proposal.proposed_by,
        who=approver,
        proposal=proposal.pk,
    )
    row.full_clean()
    row.save()


def _log(user, phone, message):
    """Add to the line's own history."""
    LogEntry.objects.log_actions(user.pk, [phone], CHANGE, message, single_object=True)


def _ask_for_publication(proposal, approver):
    """Publish this number, and nothing else that is waiting.

    Every edition carries approved numbers. We publish the whole line only if readers don't have it.
    """
    edition = readers_content.whole_edition()
    lines = readers_content.rows_of(edition)[Phone] if edition else {}
    is_with_readers = lines.get(proposal.phone_id, {}).get("is_published", False)
    ask_for_records(
        [] if is_with_readers else [(Phone._meta.label_lower, proposal.phone_id)],
        approver,
        f"{proposal.phone.name}: {proposal.display}, proposed by {proposal.proposed_by}",
    )


@transaction.atomic
def refuse(key, user, why):
    """Refuse a proposal, and say why."""
    proposal = _locked(key)
    _check_somebody_else(proposal, user)
    proposal.decide(Outcome.REFUSED, user, why)
    return proposal


@transaction.atomic
def take_back(key, user):
    """Take back the officer's own proposal."""
    proposal = _locked(key)
    if proposal.proposer != user.pk:
        raise NotDecidedError(
            "Only the officer who proposed this can take it back. You can refuse it."
        )
    proposal.decide(Outcome.TAKEN_BACK, user)
    return proposal
