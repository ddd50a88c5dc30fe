"""What gives away where a place is that must stay secret."""

import re
from collections.abc import Iterable

from django.db.models import Model
from modeltranslation.utils import get_translation_fields

from helphub.content.entries import translated_fields

# An address as it might be typed in a text: a postcode, or a house number and street.
ADDRESS = re.compile(
    r"\b[A-Za-z]{1,2}\d[A-Za-z\d]?[\s.-]{0,3}\d[A-Za-z]{2}\b"
    r"|\b\d+[A-Za-z]?,?\s+(?:[A-Z][\w'’-]+\s+){1,3}"
    r"(?:Street|Road|Lane|Avenue|Close|Drive|Court|Place|Crescent|Gardens|Terrace|Square|Rd|St)\b"
)

OF_REFUGE = "The location of a refuge must stay secret: remove the address."
ON_BOOKING = "Remove the address: it is given on booking."
OF_HIDDEN_SERVICE = "This service's location must stay secret: remove the address."
OF_NUMBER = "A service with this number hides its address from readers: remove it."
OF_NUMBERS = "The texts of “{}” have what looks like an address: remove it there first."

# A page must never help an abuser find one of these.
SECRET_PLACES = re.compile(r"\b(refuges?|safe[- ]?houses?|safe accommodation)\b", re.IGNORECASE)


def own_texts(row: Model) -> dict[str, str]:
    """The texts that officers wrote in a row, in every language, by field."""
    translated = translated_fields(type(row))
    names = [name for field in translated for name in get_translation_fields(field)]
    return {name: getattr(row, name) or "" for name in names}


def speaks_of_refuge(row: Model, *others: str) -> bool:
    return any(SECRET_PLACES.search(text) for text in [*own_texts(row).values(), *others])


def addresses_in(row: Model, **others: str) -> dict[str, str]:
    """What looks like an address in the texts of a row, and in these others, by field."""
    texts = own_texts(row) | others
    return {name: match.group() for name, text in texts.items() if (match := ADDRESS.search(text))}


def refusal(address: str, why: str) -> str:
    return f"“{address}” looks like an address. {why}"


def without_addresses(texts: Iterable[str]) -> list[str]:
    """These texts, with nothing in place of those that may say where a secret place is."""
    return ["" if text and ADDRESS.search(text) else text for text in texts]
