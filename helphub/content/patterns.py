"""What looks like a number to ring, or like a postcode. Every check starts from these."""

# Numbers of three digits that somebody might ring: ours, and other countries' for emergencies.
SHORT_CODES = {"999", "101", "111", "112", "119", "911", "988"}
# Not part of a longer number, a date, a price or a per cent.
SHORT_CODE = rf"(?<![\d.,/-])(?:{'|'.join(sorted(SHORT_CODES))})(?![\d.,/%-]*\d)"


def run_of_digits(between: str, most_between: int, fewest: int) -> str:
    """A run of at least so many digits, with up to so many of these characters between two."""
    return rf"\+?\d(?:[{between}]{{0,{most_between}}}\d){{{fewest - 1},}}"


# The second part never has the letters C, I, K, M, O and V.
POSTCODE = r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[ABD-HJLNP-UW-Z]{2})\b"
