"""Proposing another number for a critical line, or the return of a withdrawn one."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contacts.models import ApprovedNumber, Phone
from helphub.approvals.models import NumberProposal
from helphub.publishing import withdrawals

Kind = NumberProposal.Kind
PROPOSED = ["dial", "display", "textphone", "role"]


def kind_for(phone):
    """The kind that a proposal for this line would have now."""
    return Kind.BRING_BACK if withdrawals.withdrawal_of(phone) else Kind.CHANGE


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
