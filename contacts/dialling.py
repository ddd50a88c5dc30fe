"""Which numbers a phone in Britain can dial, and which of them may appear on a page.

The form, the fixtures and the release checks share these rules. libphonenumber knows which numbers
exist and their types. The other rules are here, each with its reason.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from django.core.exceptions import ValidationError
from phonenumbers import PhoneNumberType

# Three-digit numbers, and the 116 numbers shared across Europe. Three of those are used here:
# missing children, children and emotional support.
EMERGENCY = {"999", "112"}
PUBLIC = {"101", "111"}
SHARED_BY_EUROPE = {"116000", "116111", "116123"}
# Five-digit numbers take texts, not calls. Those starting with 70 take a donation; those starting
# with 69, 79 and 89 belong to adult services.
SHORT_CODE = re.compile(r"[6-8]\d{4}")
PAID_SHORT_CODE = re.compile(r"(?:70|69|79|89)\d{3}")
# Relay UK codes for people who type instead of speaking. In an emergency 18000 is dialled alone;
# 18001 goes before the number.
RELAY_EMERGENCY, RELAY = "18000", "18001"

# Ofcom reserves these for films and plays ("Telephone numbers for drama use"), so nobody answers.
# They look real, libphonenumber accepts most of them, and manuals use them as examples.
DRAMA = re.compile(
    r"011[3-8]4960\d{3}"  # Leeds, Sheffield, Nottingham, Leicester, Bristol, Reading
    r"|01[2-6]14960\d{3}"  # Birmingham, Edinburgh, Glasgow, Liverpool, Manchester
    r"|01914980\d{3}"  # Tyneside, Durham, Sunderland
    r"|01632\d{6}"  # No town has this area code.
    r"|02079460\d{3}"  # London
    r"|0289(?:0180|6496)\d{3}"  # Northern Ireland
    r"|02920180\d{3}"  # Cardiff
    r"|03069990\d{3}"
    r"|07700900\d{3}"
    r"|08081570\d{3}"
    r"|09098790\d{3}"
)
# Numbers that were misprinted somewhere, are out of use, or belong to another country. They can be
# dialled, so no library refuses them.
BLOCKED_NUMBERS = {
    *["08005002222", "08088029999", "03009995428", "0800567123", "01823334244", "02077042040"],
    *["02070081500", "08088005005", "08009700375", "01216434152", "02476277777", "02085710800"],
    *["07800003421", "08088001170", "01132405226", "02070085000", "03005550055", "88858"],
    # Printed by the regulator for a centre that has since moved and changed operator.
    *["01922646709", "01217767744"],
    # A charity's old mobile, and a text number that no source gives.
    *["07786209697", "88247"],
    *["116006", "741741", "911", "988"],
}


class NumberType(StrEnum):
    """The type of a number, as its digits show."""

    EMERGENCY = "emergency"
    PUBLIC = "public"
    FREEPHONE = "freephone"
    LANDLINE = "landline"
    UK_WIDE = "uk-wide"
    MOBILE = "mobile"
    SHORT_CODE = "short-code"


@lru_cache(maxsize=1000)
def type_of(digits: str) -> NumberType | None:
    """The type of a number, or None if no page may show its type."""
    if digits in EMERGENCY:
        return NumberType.EMERGENCY
    if digits in PUBLIC:
        return NumberType.PUBLIC
    if digits in SHARED_BY_EUROPE:
        return NumberType.FREEPHONE
    if SHORT_CODE.fullmatch(digits):
        return NumberType.SHORT_CODE
    if _is_written_as_dialled(digits) and (number := _british(digits)):
        number_type = phonenumbers.number_type(number)
        if number_type == PhoneNumberType.UAN and digits.startswith("03"):
            return NumberType.UK_WIDE
        return {
            PhoneNumberType.FIXED_LINE: NumberType.LANDLINE,
            PhoneNumberType.MOBILE: NumberType.MOBILE,
            PhoneNumberType.TOLL_FREE: NumberType.FREEPHONE,
        }.get(number_type)
    return None


def _is_written_as_dialled(digits: str) -> bool:
    """Whether it starts with a single 0. libphonenumber forgives a missing 0; a phone does not."""
    return bool(re.match(r"0[1-9]", digits))


def _british(digits: str) -> phonenumbers.PhoneNumber | None:
    """The number as libphonenumber parses it, or None if it is not a UK number.

    Jersey, Guernsey and the Isle of Man share the code 44, but most call plans exclude them.
    """
    try:
        number = phonenumbers.parse(digits, "GB")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number_for_region(number, "GB") else None


def _odd_character(value: str, allowed: str) -> str:
    """The first character that is not allowed, explained in words; empty if all are fine."""
    for place, character in enumerate(value):
        if character in allowed:
            continue
        if not character.isprintable() or unicodedata.category(character) in {"Cf", "Mn", "Zs"}:
            before = value[max(0, place - 20) : place]
            return f"There is an invisible character after “{before}”. Type the number again."
        if character.isdigit():
            return f"“{character}” is a digit from another script. Use 0 to 9."
        return f"Remove “{character}”."
    return ""


def validate_dial(value: str) -> None:
    """Refuse digits that no phone in Britain can dial or that no helpline would have."""
    if odd := _odd_character(value.replace(" ", ""), "0123456789"):
        raise ValidationError("Use digits only. %(odd)s", params={"odd": odd})
    if " " in value:
        raise ValidationError("Use digits only, without spaces: this is what a phone dials.")
    if value in BLOCKED_NUMBERS:
        raise ValidationError(
            "“%(value)s” is known to be wrong or out of use. Ask the organisation for its number.",
            params={"value": value},
        )
    if why := _why_not(value):
        raise ValidationError(why, params={"value": value, "with_zero": _with_zero(value)})


def _why_not(value: str) -> str:
    """What is wrong with a number, in words; empty if nothing is."""
    if DRAMA.fullmatch(value):
        return (
            "“%(value)s” is reserved for films and examples, so nobody answers. Ask the "
            "organisation for its real number."
        )
    if PAID_SHORT_CODE.fullmatch(value):
        return (
            "A text to “%(value)s” donates money or costs extra. Ask the organisation for another "
            "number."
        )
    if type_of(value):
        return ""
    if re.match(r"118\d{3}$|0(?:9|8[47])", value):
        return (
            "Calls to “%(value)s” cost extra. Nobody should pay to ask for help: ask the "
            "organisation for a number that begins with 01, 02, 03 or 0800."
        )
    if re.match(r"070|076(?!24)", value):
        return (
            "“%(value)s” is a personal number or a pager. Calls can cost a lot. Ask the "
            "organisation for a number that begins with 01, 02, 03 or 0800."
        )
    if type_of(_with_zero(value)):
        return (
            "“%(value)s” cannot be dialled in Britain: it must begin with 0. Write %(with_zero)s."
        )
    return "“%(value)s” cannot be dialled in Britain. Check every digit."


def _with_zero(value: str) -> str:
    return "0" + re.sub(r"^(?:00)?44|^0+", "", value)


def validate_shown(value: str) -> None:
    """Allow 0 to 9 and spaces only. Refuse look-alike digits and invisible characters."""
    if odd := _odd_character(value, "0123456789 "):
        raise ValidationError("Use digits and spaces only. %(odd)s", params={"odd": odd})


def validate_textphone(value: str) -> None:
    """Refuse a number that a textphone or Relay UK cannot dial. The relay code may come first."""
    validate_shown(value)
    digits = value.replace(" ", "")
    if digits != RELAY_EMERGENCY:
        validate_dial(digits.removeprefix(RELAY))


def validate_kind(dial: str, kind: str) -> None:
    """Refuse digits that do not suit the kind of contact, such as calling a text number."""
    if kind != "text" and SHORT_CODE.fullmatch(dial):
        raise ValidationError("A five-digit number can be texted, not called. Choose “text”.")


def is_same_number(shown: str, dial: str) -> bool:
    """Whether the shown number and the link have the same digits."""
    return shown.replace(" ", "") == dial


def fits_textphone(textphone: str, dial: str) -> bool:
    """Whether the number after the relay code is the line's own. True if there is no code."""
    digits = textphone.replace(" ", "")
    if digits == RELAY_EMERGENCY:
        return dial in EMERGENCY
    return not digits.startswith(RELAY) or digits.removeprefix(RELAY) == dial


def faults(kind: str, dial: str, display: str, textphone: str) -> list[str]:
    """Everything wrong with a line's numbers, in words. The form refuses the same things."""
    messages = []
    checks = [(validate_dial, dial), (validate_shown, display), (validate_textphone, textphone)]
    for check, value in checks:
        try:
            if value:
                check(value)
        except ValidationError as error:
            messages += error.messages
    try:
        validate_kind(dial, kind)
    except ValidationError as error:
        messages += error.messages
    if not is_same_number(display, dial):
        messages.append(str(NOT_THE_SAME))
    if textphone and not fits_textphone(textphone, dial):
        messages.append(str(OTHER_TEXTPHONE))
    return messages


NOT_THE_SAME = "These digits do not match the digits to dial."
OTHER_TEXTPHONE = "After 18001, give this line's digits to dial. 18000 is for emergencies only."
