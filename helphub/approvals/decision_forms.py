"""What an officer types to approve or refuse a proposed number."""

from django import forms
from django.core.exceptions import ValidationError

from contacts.dialling import is_same_number
from helphub.content import validators


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

    why = forms.CharField(max_length=300, validators=[validators.validate_characters])
