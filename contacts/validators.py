"""What the fields of a number may hold. The digits themselves are checked in dialling.py."""

import re

from django.core.exceptions import ValidationError

BYDAY = r"(?:-?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)"

# Nobody can promise this for every phone company's bill and app.
HIDDEN_CALL = re.compile(
    r"\b(will not|won['’]t|does not|doesn['’]t|do not|don['’]t|never)\b.{0,20}\b(show|appear)",
    re.IGNORECASE,
)


def validate_sentence(value: str) -> None:
    """Refuse a promise that a call stays hidden, and text that does not end in a full stop.

    An older leaflet may say “will not show on your bill”. A reader who believes it can be hurt.
    """
    if HIDDEN_CALL.search(value):
        raise ValidationError("Do not promise that a call stays hidden: we cannot be sure of that.")
    if not value.endswith((".", "!", "?", "۔", "।")):
        raise ValidationError("End with a full stop: another sentence follows.")


def errors_of_ages(minimum: int | None, maximum: int | None) -> dict[str, str]:
    """What is wrong with the ages of a number or a service, by field."""
    if minimum is not None and maximum is not None and minimum > maximum:
        return {"maximum_age": "This is below the minimum age. Swap the two."}
    return {}


def validate_byday(value: str) -> None:
    """Accept only weekdays separated by commas: MO, or monthly 1SA and -1FR."""
    if not re.fullmatch(rf"{BYDAY}(,{BYDAY})*", value):
        raise ValidationError(
            "Write weekly days as MO,TU,WE,TH,FR,SA,SU and monthly days as 1SA (first Saturday) "
            "or -1FR (last Friday)."
        )
