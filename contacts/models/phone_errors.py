"""Why a number cannot be saved as it is: fields that contradict each other, or another line."""

from django.core.exceptions import ValidationError

from contacts import call_privacy, fallbacks
from contacts.dialling import (
    NOT_THE_SAME,
    OTHER_TEXTPHONE,
    fits_textphone,
    is_same_number,
    validate_kind,
)
from contacts.validators import errors_of_ages
from helphub.content import secrecy

NEVER_LAPSE = ["999", "101", "111"]


def errors_of(phone):
    """What is wrong with a number, by field."""
    return (
        _errors_of_digits(phone)
        | _errors_of_days(phone)
        | _errors_of_cost(phone)
        | errors_of_ages(phone.minimum_age, phone.maximum_age)
        | _errors_of_fallback(phone)
        | _errors_of_lapsing(phone)
        | _errors_of_hidden_place(phone)
    )


def _errors_of_digits(phone):
    errors = {}
    if not is_same_number(phone.display, phone.dial):
        errors["display"] = NOT_THE_SAME
    if phone.textphone and not fits_textphone(phone.textphone, phone.dial):
        errors["textphone"] = OTHER_TEXTPHONE
    try:
        validate_kind(phone.dial, phone.kind)
    except ValidationError as error:
        errors["dial"] = error
    if phone.kind == phone.Kind.TEXT and not phone.text_instruction:
        errors["text_instruction_en"] = "Say what to text."
    return errors


def _errors_of_days(phone):
    if not (phone.starts_on or phone.ends_on):
        return {}
    if not (phone.role or phone.needs_second_person()):
        return {}
    return {
        name: "A critical number has no first or last day. Leave this empty."
        for name in ("starts_on", "ends_on")
        if getattr(phone, name)
    }


def _errors_of_cost(phone):
    errors = {}
    if phone.cost and not phone.cost_source:
        errors["cost_source"] = "Give a source for the cost."
    return errors | _errors_of_cost_class(phone)


def _errors_of_cost_class(phone):
    """The error, if the chosen cost class contradicts the digits."""
    is_free = call_privacy.is_free_by_digits(phone)
    if is_free is None or phone.cost_class == phone.CostClass.UNKNOWN:
        return {}
    if is_free == (phone.cost_class == phone.CostClass.FREE):
        return {}
    cost = "free" if is_free else "not free"
    return {"cost_class": f"The digits show that it is {cost}. Choose “not known”."}


def _errors_of_fallback(phone):
    """What is wrong with this line's fallback, and with this line as the fallback of others."""
    errors = []
    if why := fallbacks.why_not_of(phone):
        errors.append(f"{why} Choose another line, or leave this empty.")
    if phone.pk:
        errors += _errors_as_fallback(phone)
    return {"fallback": errors} if errors else {}


def _errors_as_fallback(phone):
    """Why this line could no longer stand in for each line that falls back on it."""
    for other in phone.stands_in_for.published().exclude(pk=phone.pk):
        if why := fallbacks.why_not(other.line, phone.line):
            message = (
                "This line is shown when “%(line)s” is closed, and would no longer be "
                "suitable. %(why)s Choose another line there first, or undo your change here."
            )
            yield message % {"line": other.name, "why": why}


def _errors_of_lapsing(phone):
    if phone.never_lapses and phone.dial not in NEVER_LAPSE:
        return {"never_lapses": "Untick this: it is only for 999, 101 and 111."}
    return {}


def _errors_of_hidden_place(phone):
    """Refuse an address in the texts of a refuge's number, or if a service of it hides its own."""
    found = secrecy.addresses_in(phone)
    if not found:
        return {}
    if secrecy.speaks_of_refuge(phone):
        why = secrecy.OF_REFUGE
    elif phone.pk and phone.services.hiding_their_address().exists():
        why = secrecy.OF_NUMBER
    else:
        return {}
    return {name: secrecy.refusal(address, why) for name, address in found.items()}
