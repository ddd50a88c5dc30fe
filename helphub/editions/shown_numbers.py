"""Numbers as a page shows them: their digits, and whether they are there to be rung."""

import re

from helphub.content.patterns import SHORT_CODES

ApprovedDigits = dict[str, list[str]]  # The dialled and the displayed digits, by line.


def digits_of(shown: str) -> str:
    digits = re.sub(r"\D", "", shown)
    return "0" + digits[2:] if shown.startswith("+44") else digits


def is_dialled(shown: str) -> bool:
    """Whether digits look like something to ring, rather than a year or an amount."""
    digits = digits_of(shown)
    return (
        digits in SHORT_CODES
        or (digits.startswith("0") and len(digits) > 6)
        or bool(re.fullmatch(r"116\d{3}|[6-8]\d{4}", digits))
    )


def is_known(shown: str, numbers_allowed: set[str]) -> bool:
    digits = digits_of(shown)
    # “0800 1111 24 hours” is a number followed by another figure.
    return digits in numbers_allowed or any(
        digits.startswith(number) and len(digits) - len(number) < 5
        for number in numbers_allowed
        if len(number) > 6
    )
