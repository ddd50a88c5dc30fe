"""The digits of critical numbers: a file can propose others, and changes none."""

from contacts.models import Phone
from helphub.approvals.models import NumberProposal
from helphub.approvals.proposing import ProposalForm, kind_for
from helphub.spreadsheets.tables import heading_for

WHY = "From a spreadsheet"
DIGITS = ("dial", "display", "textphone")
FIXED = set(Phone.GUARDED) - set(DIGITS)
SECOND_PERSON = (
    "This is a critical number, so this cannot be changed in a spreadsheet: a second person must "
    "approve it. Put it back as it was exported."
)


def guarded(keys):
    """Which of these numbers need a second person."""
    return set(Phone.objects.guarded().filter(pk__in=keys).values_list("pk", flat=True))


def digits_of(values):
    return {name: values[name] for name in DIGITS if name in values}


def is_proposed_already(change):
    """Whether a change of digits, and of nothing else, waits for a second person already."""
    if change.table.row_model is not Phone or set(change.values) - set(DIGITS):
        return False
    waiting = NumberProposal.objects.waiting().filter(phone__slug=change.line.record).first()
    return waiting is not None and all(
        getattr(waiting, name) == value for name, value in change.values.items()
    )


class Proposal:
    """A proposal that a row of a file makes for a critical number."""

    def __init__(self, change, phone, user, source):
        self.change, self.phone = change, phone
        line = Phone.objects.get(pk=phone.pk)
        values = {name: getattr(line, name) for name in DIGITS} | digits_of(change.values)
        data = {
            **values,
            "role": line.role,
            "kind": kind_for(line),
            "why": WHY,
            "source": source,
        }
        self.form = ProposalForm(data, phone=line, user=user)
        self.made = self.form.propose() if self.form.is_valid() else None

    def refusals(self):
        """Why it cannot be proposed."""
        line = self.change.line
        for name, messages in self.form.errors.items():
            heading = heading_for(Phone, name) if name in DIGITS else ""
            yield line.refusal(" ".join(messages), heading)
