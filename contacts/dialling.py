"""What a telephone in Britain can dial, and which of that may stand on a page.

One set of rules for the form, the fixtures and the release checks. libphonenumber knows which
numbers exist and of which type they are; the rest is here, each rule with its reason.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberType

# Three digits, and the numbers of one kind that all of Europe shares: missing children, children
# and emotional support are the ones in use here.
EMERGENCY = {"999", "112"}
PUBLIC = {"101", "111"}
SHARED_BY_EUROPE = {"116000", "116111", "116123"}
# A message can go to five digits, a call cannot. Those that begin with 70 take a donation; those
# with 69, 79 and 89 belong to services for adults.
SHORT_CODE = re.compile(r"[6-8]\d{4}")
PAID_SHORT_CODE = re.compile(r"(?:70|69|79|89)\d{3}")
# In front of a number, for who types in place of speaking: alone in an emergency, or before digits.
RELAY_EMERGENCY, RELAY = "18000", "18001"

# Ofcom keeps these for films and plays ("Telephone numbers for drama use"): nobody ever answers.
# They look real, libphonenumber takes most for real, and examples in manuals are made of them.
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
# Numbers that were printed wrong somewhere, are out of use, or come from another country: they can
# be dialled, so no library refuses them.
BLOCKED_NUMBERS = {
    *["08005002222", "08088029999", "03009995428", "0800567123", "01823334244", "02077042040"],
    *["02070081500", "08088005005", "08009700375", "01216434152", "02476277777", "02085710800"],
    *["07800003421", "08088001170", "01132405226", "02070085000", "03005550055", "88858"],
    # Printed by the regulator for a centre that has moved, and whose operator was replaced.
    *["01922646709", "01217767744"],
    # An old mobile of a charity, and a text number that no source has.
    *["07786209697", "88247"],
    *["116006", "741741", "911", "988"],
}


class NumberType(StrEnum):
    """What the digits say that a number is."""

    EMERGENCY = "emergency"
    PUBLIC = "public"
    FREEPHONE = "freephone"
    LANDLINE = "landline"
    UK_WIDE = "uk-wide"
    MOBILE = "mobile"
    SHORT_CODE = "short-code"


@lru_cache(maxsize=1000)
def type_of(digits):
    """The type of a number, or none where it is of no type that can stand on a page."""
    if digits in EMERGENCY:
        return NumberType.EMERGENCY
    if digits in PUBLIC:
        return NumberType.PUBLIC
    if digits in SHARED_BY_EUROPE:
        return NumberType.FREEPHONE
    if SHORT_CODE.fullmatch(digits):
        return NumberType.SHORT_CODE
    if _is_written_as_dialled(digits) and (number := _british(digits)):
        found = phonenumbers.number_type(number)
        if found == PhoneNumberType.UAN and digits.startswith("03"):
            return NumberType.UK_WIDE
        return {
            PhoneNumberType.FIXED_LINE: NumberType.LANDLINE,
            PhoneNumberType.MOBILE: NumberType.MOBILE,
            PhoneNumberType.TOLL_FREE: NumberType.FREEPHONE,
        }.get(found)
    return None


def _is_written_as_dialled(digits):
    """Whether it begins with one 0: libphonenumber forgives its absence, a telephone does not."""
    return bool(re.match(r"0[1-9]", digits))


def _british(digits):
    """The number as libphonenumber has it, or none where it is none of the United Kingdom.

    Jersey, Guernsey and the Isle of Man share the code 44, and most call plans leave them out.
    """
    try:
        number = phonenumbers.parse(digits, "GB")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number_for_region(number, "GB") else None


def _odd_character(value, allowed):
    """What a value holds that is no digit of a British telephone, in words; or nothing."""
    for place, one in enumerate(value):
        if one in allowed:
            continue
        if not one.isprintable() or unicodedata.category(one) in {"Cf", "Mn", "Zs"}:
            return _("There is an invisible character behind “%(before)s”. Type it again.") % {
                "before": value[max(0, place - 20) : place]
            }
        if one.isdigit():
            return _("“%(one)s” is a digit of another script. Type 0 to 9.") % {"one": one}
        return _("Take out “%(one)s”.") % {"one": one}
    return ""


def validate_dial(value):
    """Refuse what no telephone in Britain can dial, and what no helpline has."""
    if odd := _odd_character(value.replace(" ", ""), "0123456789"):
        raise ValidationError(_("Write digits only. %(odd)s"), params={"odd": odd})
    if " " in value:
        raise ValidationError(_("Write digits only, without spaces: this is what a phone dials."))
    if value in BLOCKED_NUMBERS:
        raise ValidationError(
            _("“%(value)s” is known to be wrong or out of use. Ask before you publish it."),
            params={"value": value},
        )
    if why := _why_not(value):
        raise ValidationError(why, params={"value": value, "with_zero": _with_zero(value)})


def _why_not(value):
    """What is wrong with a number, in words; or nothing."""
    if DRAMA.fullmatch(value):
        return _(
            "“%(value)s” is one of the numbers that are kept for films and examples: nobody "
            "answers. Ask the organisation for its own."
        )
    if PAID_SHORT_CODE.fullmatch(value):
        return _(
            "A text to “%(value)s” gives money away or costs extra. Ask the organisation for "
            "another number."
        )
    if type_of(value):
        return ""
    if re.match(r"118\d{3}$|0(?:9|8[47])", value):
        return _(
            "Calls to “%(value)s” cost extra. Nobody should pay to ask for help: ask the "
            "organisation for a number that begins with 01, 02, 03 or 0800."
        )
    if re.match(r"070|076(?!24)", value):
        return _(
            "“%(value)s” is a personal number or a pager. Calls can cost a lot. Ask the "
            "organisation for a number that begins with 01, 02, 03 or 0800."
        )
    if type_of(_with_zero(value)):
        return _(
            "“%(value)s” is not a number that can be dialled in Britain: it must begin with 0. "
            "Write %(with_zero)s."
        )
    return _("“%(value)s” is not a number that can be dialled in Britain. Check every digit.")


def _with_zero(value):
    return "0" + re.sub(r"^(?:00)?44|^0+", "", value)


def validate_shown(value):
    """Refuse a number that only looks like digits, with spaces so that they are easy to read."""
    if odd := _odd_character(value, "0123456789 "):
        raise ValidationError(_("Digits and spaces only. %(odd)s"), params={"odd": odd})


def validate_textphone(value):
    """Refuse what nobody can dial by textphone or Relay UK, after the code in front of it."""
    validate_shown(value)
    digits = value.replace(" ", "")
    if digits != RELAY_EMERGENCY:
        validate_dial(digits.removeprefix(RELAY))


def validate_kind(dial, kind):
    """Refuse digits that do not fit what the phone is to do with them."""
    if kind != "text" and SHORT_CODE.fullmatch(dial):
        raise ValidationError(_("Five digits can be texted, not called. Choose “text”."))


def is_same_number(shown, dial):
    """Whether a number as shown dials what its link dials."""
    return shown.replace(" ", "") == dial


def fits_textphone(textphone, dial):
    """Whether the number behind the relay code is the line's own, where there is a code."""
    digits = textphone.replace(" ", "")
    if digits == RELAY_EMERGENCY:
        return dial in EMERGENCY
    return not digits.startswith(RELAY) or digits.removeprefix(RELAY) == dial


def faults(kind, dial, display, textphone):
    """All that is wrong with a line's numbers, in words: what a form would refuse."""
    found = []
    checks = [(validate_dial, dial), (validate_shown, display), (validate_textphone, textphone)]
    for check, value in checks:
        try:
            if value:
                check(value)
        except ValidationError as error:
            found += error.messages
    try:
        validate_kind(dial, kind)
    except ValidationError as error:
        found += error.messages
    if not is_same_number(display, dial):
        found.append(str(NOT_THE_SAME))
    if textphone and not fits_textphone(textphone, dial):
        found.append(str(OTHER_TEXTPHONE))
    return found


NOT_THE_SAME = _("These are not the same digits as the ones to dial.")
OTHER_TEXTPHONE = _(
    "Behind 18001 stand the digits to dial of this line; 18000 is for emergencies alone."
)
