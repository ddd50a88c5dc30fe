"""Another number for a critical line, or a withdrawn one brought back.

One officer proposes and another decides. A decision takes effect whole or not at all.
"""

from collections import defaultdict

from django import forms
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from contacts.dialling import is_same_number
from contacts.models import ApprovedNumber, Phone
from helphub.accounts.second_person import why_not_approve
from helphub.approvals.models import NumberProposal
from helphub.content import markup
from helphub.editions import (
    checks,
    html_facts,
    publish,
    store,
)
from helphub.editions.public_urls import without_language
from helphub.history.recording import recording
from helphub.publishing import withdrawals
from helphub.publishing.requests import ask_for_records

Kind, Outcome = NumberProposal.Kind, NumberProposal.Outcome
PROPOSED = ["dial", "display", "textphone", "role"]


class NotDecidedError(Exception):
    """Nothing was decided. The message tells the officer why."""


def kind_for(phone):
    """The kind that a proposal for this line would have now."""
    return Kind.BRING_BACK if withdrawals.withdrawal_of(phone) else Kind.CHANGE


# Proposing


class ProposalForm(forms.ModelForm):
    """What an officer proposes for a line. The kind is the one shown when the page opened."""

    kind = forms.ChoiceField(choices=Kind, widget=forms.HiddenInput)

    class Meta:
        model = NumberProposal
        fields = ["dial", "display", "textphone", "role", "why", "source"]

    def __init__(self, *args, phone, user, **kwargs):
        self.phone = phone
        kwargs["initial"] = {
            "dial": phone.dial,
            "display": phone.display,
            "textphone": phone.textphone,
            "kind": kind_for(phone),
        }
        super().__init__(*args, **kwargs)
        self.instance = NumberProposal(
            phone=phone,
            role=phone.role,
            was_dial=phone.dial,
            was_display=phone.display,
            was_textphone=phone.textphone,
            was_role=phone.role,
            proposed_by=user.get_username(),
            proposer=user.pk,
        )
        if phone.role:
            # A role can't be dropped. Another line takes it over.
            del self.fields["role"]
        for name in ("dial", "display", "textphone"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean(self):
        values = super().clean()
        kind = kind_for(self.phone)
        self.instance.kind = kind
        if values.get("kind") != kind:
            self.data = self.data.copy()
            self.data["kind"] = kind
            if kind == Kind.BRING_BACK:
                why = (
                    "This number has been withdrawn since you opened the page. Your proposal would "
                    "bring it back. If that is what you want, propose it again."
                )
            else:
                why = (
                    "This number is no longer withdrawn. Your proposal would change it. If that is "
                    "what you want, propose it again."
                )
            raise ValidationError(why)
        if waiting := NumberProposal.objects.waiting().filter(phone=self.phone).first():
            raise ValidationError(_already(waiting))
        role = values.get("role", self.phone.role)
        if role and not self.phone.is_published:
            self.add_error(None, "It must be “Visible to readers” before it can be on every page.")
        elif role and role != self.phone.role:
            if kind == Kind.BRING_BACK:
                self.add_error("role", "Bring the number back first, without a role.")
            self.instance.role_from = Phone.objects.filter(role=role).first()
        return values

    def _post_clean(self):
        super()._post_clean()
        if self.errors:
            return
        proposal = self.instance
        if not changes_anything(proposal):
            self.add_error("dial", "The line already has this number, and it is approved.")
            return
        try:
            # Use a fresh copy: the page still shows self.phone unchanged.
            set_on(Phone.objects.get(pk=self.phone.pk), proposal).full_clean(exclude=["role"])
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                self._add_of_line(name, messages)

    def _add_of_line(self, name, messages):
        """Show an error in the line: beside its field, or with the field's name."""
        if name in self.fields:
            self.add_error(name, messages)
            return
        field = next(
            (candidate for candidate in Phone._meta.fields if candidate.name == name), None
        )
        label = f"“{field.verbose_name}”: " if field else ""
        for message in messages:
            self.add_error(
                None,
                f"With this number, the line's own form has an error. {label}{message}",
            )

    def propose(self):
        """Save it. If another officer was quicker, add an error and return None."""
        try:
            with transaction.atomic():
                self.instance.save()
        except IntegrityError:
            waiting = NumberProposal.objects.waiting().filter(phone=self.phone).first()
            if waiting is None:
                raise
            self.add_error(None, _already(waiting))
            return None
        return self.instance


def _already(waiting):
    return (
        f"{waiting.proposed_by} has already proposed {waiting.display} for this line. That must be "
        "decided first: find it under “Proposed numbers”."
    )


def changes_anything(proposal):
    """Whether approving would change the line, its withdrawal or its approved number."""
    if proposal.kind == Kind.BRING_BACK or proposal.is_change_of_role:
        return True
    if proposal.is_change_of_number or proposal.is_change_of_textphone:
        return True
    approved = ApprovedNumber.objects.by_line().get(proposal.phone.slug)
    return approved is None or [approved.dial, approved.display] != [
        proposal.dial,
        proposal.display,
    ]


def set_on(phone, proposal):
    """Put the proposed values on a line, without saving it."""
    for name in PROPOSED:
        setattr(phone, name, getattr(proposal, name))
    return phone


# Deciding


class ApprovalForm(forms.Form):
    """The new number, typed again by whoever approves it.

    They type all of it, not the last four digits: 999 and 101 have no four, and any digit can be
    wrong. Typing the digits makes people read them. Pressing a button does not.
    """

    typed = forms.CharField(
        label="The new number, typed from its source",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric", "class": "typed"}),
        help_text="All its digits. Spaces do not matter.",
    )
    typed_textphone = forms.CharField(
        label="The new textphone number, typed from its source",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric", "class": "typed"}),
        help_text="All its digits. Spaces do not matter.",
    )

    def __init__(self, *args, proposal, **kwargs):
        super().__init__(*args, **kwargs)
        self.proposal = proposal
        if not (proposal.is_change_of_textphone and proposal.textphone):
            del self.fields["typed_textphone"]

    def clean_typed(self):
        return self._same("typed", self.proposal.dial)

    def clean_typed_textphone(self):
        return self._same("typed_textphone", self.proposal.textphone.replace(" ", ""))

    def _same(self, name, digits):
        if not is_same_number(self.cleaned_data[name], digits):
            raise ValidationError(
                "These digits do not match the proposal. If yours are right, refuse the proposal "
                "and say so. If you mistyped them, type them again."
            )
        return self.cleaned_data[name]


class RefusalForm(forms.Form):
    """Why a proposal is refused."""

    why = forms.CharField(max_length=300, validators=[markup.validate_characters])


def _locked(key):
    """A proposal, locked so that no other officer decides on it in this transaction."""
    proposal = NumberProposal.objects.select_for_update().get(pk=key)
    if not proposal.is_waiting:
        raise NotDecidedError(
            f"Nothing was changed: {proposal.decided_by} has already decided this "
            f"({proposal.get_outcome_display()}, {_moment(proposal.decided_at)})."
        )
    return proposal


def _check_somebody_else(proposal, user):
    if user.pk == proposal.proposer or user.get_username() == proposal.proposed_by:
        raise NotDecidedError(
            "You proposed this yourself. Someone else must decide, but you can take it back."
        )


def _moment(when):
    return date_format(timezone.localtime(when), "j F Y, H:i")


@transaction.atomic
def approve(key, user):
    """Put a proposal into effect, approved by an officer who did not make it."""
    proposal = _locked(key)
    _check_somebody_else(proposal, user)
    if why := why_not_approve(user, proposal.proposer):
        raise NotDecidedError(f"Nothing was changed. {why}")
    keys = [proposal.phone_id, *([proposal.role_from_id] if proposal.role_from_id else [])]
    # Always in the same order, so two approvals can't deadlock.
    phones = {
        line.pk: line
        for line in Phone.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    }
    phone, loser = phones[proposal.phone_id], phones.get(proposal.role_from_id)
    withdrawal = withdrawals.withdrawal_of(phone)
    _check_nothing_moved(proposal, phone, loser, withdrawal)
    approver = user.get_username()
    if loser:
        # Save this first: only one number may have the role.
        loser.role = ""
        # The strategy's printed line moves too: readers see below it that the number changed.
        printed_line, loser.printed_line = loser.printed_line, None
        loser.save(update_fields=["role", "printed_line"])
        phone.printed_line = phone.printed_line or printed_line
        _note_loss(loser, proposal, approver)
        _log(user, loser, f"Gave its role to {phone.name}, as {proposal.proposed_by} proposed.")
    set_on(phone, proposal)
    try:
        phone.full_clean()
    except ValidationError as error:
        raise NotDecidedError(
            "Nothing was changed: with this number, the line's own form has an error. "
            + " ".join(error.messages)
        ) from error
    message = f"Approved {phone.display}, as {proposal.proposed_by} proposed."
    with recording(user, message):
        phone.save(update_fields=[*PROPOSED, "printed_line"])
    if withdrawal:
        publish.lift_withdrawal(withdrawal, approver)
    _note(phone.slug, phone, phone.textphone, phone.role, proposal, approver)
    _log(user, phone, message)
    proposal.decide(Outcome.APPROVED, user)
    _ask_for_publication(proposal, approver)
    return proposal


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
    edition = publish.whole_edition()
    lines = publish.rows_of(edition)[Phone] if edition else {}
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


# The pages it affects


def pages_touched(proposal):
    """The pages that show this line, or a sentence that says why there are none.

    They come from readers' edition. For a withdrawn line, they come from the last edition that had
    it.
    """
    try:
        folder = store.current()
        if folder is None:
            return {"why_none": "There is no edition yet: readers see what is saved."}
        if proposal.kind == Kind.BRING_BACK:
            folder = _last_that_had(proposal.phone) or folder
        addresses = _pages_with(folder, proposal)
    except store.StoreError as error:
        return {"why_none": str(error)}
    if addresses:
        return _by_language(folder, addresses)
    return {"why_none": "No page in readers' edition shows this number."}


def _last_that_had(phone):
    """The newest edition that shows a line, even if no longer served; or None."""
    row = (phone._meta.label_lower, phone.pk)
    folders = map(store.folder_of, reversed(store.numbers()))
    return next((folder for folder in folders if publish.shows(folder, [row])), None)


def _pages_with(folder, proposal):
    """The addresses of an edition's pages that dial the line, or show its textphone.

    Numbers quoted in the strategy's own words stay as printed.
    """
    lines = [(proposal.was_dial, proposal.was_textphone)]
    if proposal.role_from:
        lines.append((proposal.role_from.dial, proposal.role_from.textphone))
    dialled = {dial for dial, _textphone in lines}
    shown = {textphone.replace(" ", "") for _dial, textphone in lines if textphone}
    facts_by_page = html_facts.of_edition(folder)
    return [
        address
        for address, page in store.manifest_of(folder)["pages"].items()
        if (page_facts := facts_by_page.get(page["sha256"]))
        and (
            dialled & {href.partition(":")[2] for href, _shown, _is_seen in page_facts["lines"]}
            or shown & set(map(checks.digits_of, page_facts["numbers"]))
        )
    ]


def _by_language(folder, addresses):
    pages = defaultdict(list)
    for address in sorted(addresses):
        pages[without_language(address)[0]].append(address)
    names = dict(settings.LANGUAGES)
    return {
        "number": store.number_of(folder),
        "is_current": folder == store.current(),
        "total": len(addresses),
        "languages": [(names[code], pages[code]) for code in names if code in pages],
    }


# Old and new, digit by digit


def compared(old, new):
    """Two numbers in the groups of the new one, as groups of (digit, whether it differs)."""
    sizes = [len(group) for group in new.split()]
    old_digits, new_digits = old.replace(" ", ""), new.replace(" ", "")
    return _grouped(old_digits, sizes, new_digits), _grouped(new_digits, sizes, old_digits)


def _grouped(digits, sizes, other):
    marked = [
        (digit, place >= len(other) or digit != other[place]) for place, digit in enumerate(digits)
    ]
    groups, start = [], 0
    for size in sizes:
        groups.append(marked[start : start + size])
        start += size
    return [group for group in [*groups, marked[start:]] if group]


def differences(old, new):
    """The differing digits in words, for officers who hear the page or miss the marking."""
    old, new = old.replace(" ", ""), new.replace(" ", "")
    if not old or not new:
        return ""
    if len(old) != len(new):
        return f"The new number has {len(new)} digits; the old number had {len(old)}."
    places = [place for place in range(len(old)) if old[place] != new[place]]
    if not places:
        return "The digits are the same."
    return (
        "; ".join(
            f"digit {place + 1} changes from {old[place]} to {new[place]}" for place in places
        ).capitalize()
        + "."
    )
