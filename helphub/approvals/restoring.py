"""What no officer can restore alone: a critical number's digits and role."""

from contacts.models import ApprovedNumber, Phone
from helphub.editions.models import Withdrawal

SECOND_PERSON = (
    "This is a critical number. Its digits and role stay as they are: a second person must approve "
    "a change to them."
)


def kept_fields(phone):
    """What restoring leaves alone, besides the fields that are read-only in the form."""
    return ["is_published"] if phone.needs_second_person() else []


def notes(phone):
    return [SECOND_PERSON] if phone.needs_second_person() else []


def refusals(key, present, wanted):
    """Why this version cannot come back. `present` is None if the record is deleted."""
    approved = ApprovedNumber.objects.filter(line=wanted.fields["slug"])
    if present is None and (wanted.fields.get("role") or approved.exists()):
        return ["This was a critical number. It cannot come back without a second person."]
    digits = present and any(wanted.fields[name] != present.fields[name] for name in Phone.GUARDED)
    withdrawn = Withdrawal.objects.filter(label=Phone._meta.label_lower, lifted_at=None)
    if digits and withdrawn.filter(key=key).exists():
        return ["It is withdrawn. End the withdrawal first, on the “Editions” page."]
    return []
