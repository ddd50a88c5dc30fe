"""What is off every page, and which of it one person alone cannot bring back."""

from contacts.models import Phone
from helphub.editions import withdrawing
from helphub.editions.models import Withdrawal


def withdrawal_of(phone):
    """The withdrawal that keeps a line off every page, or None."""
    return Withdrawal.objects.filter(
        label=Phone._meta.label_lower, key=phone.pk, lifted_at=None
    ).first()


def keep_critical_lines_away(organization, withdrawal, officer):
    """Withdraw an organisation's critical lines, so they don't come back with it."""
    lines = list(Phone.objects.guarded().filter(organization=organization))
    for line in lines:
        withdrawing.withdraw(line, officer, f"With “{withdrawal.name}”: {withdrawal.why}"[:300])
    return lines


def needs_second_person(withdrawal):
    """Whether this is a critical line, which one person alone can't bring back."""
    is_number = withdrawal.label == Phone._meta.label_lower
    return is_number and Phone.objects.guarded().filter(pk=withdrawal.key).exists()
