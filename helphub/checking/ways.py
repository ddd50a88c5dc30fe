"""How each number is checked. How long a check holds is in `helphub/content/intervals.py`."""

from django.db import models

from contacts.dialling import NumberType, type_of
from contacts.models import Phone

# Calls for a check may never take the place of somebody in danger.
CRISIS = {Phone.Section.EMERGENCY, Phone.Section.FEELINGS}
EMERGENCY_DIGITS = {"999", "101", "111", "112", "18000"}


NOT_RUNG = (
    "somebody in danger may be waiting. Read its own website, or ask its office, and say so here."
)


class Way(models.TextChoices):
    """How a number is checked."""

    LINE = "line", "ring the line"
    OFFICE = "office", "ask its office"
    PAGE = "page", "read its own website"


def is_never_rung(phone):
    """Whether nobody may ring it for a check: emergency and crisis lines, and what is no call.

    A line that answers day and night is one for people in crisis.
    """
    return (
        phone.dial in EMERGENCY_DIGITS
        or type_of(phone.dial) == NumberType.EMERGENCY
        or phone.kind != Phone.Kind.VOICE
        or phone.section in CRISIS
        or phone.is_always_open
    )


def way_of(phone):
    """How to check a number. What an officer has said counts, but never to ring a crisis line."""
    said = getattr(phone, "way_to_check", None)
    if said and said.way != Way.LINE:
        return Way(said.way)
    return Way.PAGE if is_never_rung(phone) else Way.LINE
