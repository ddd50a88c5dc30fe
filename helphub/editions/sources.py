"""Where an edition's content comes from."""

from helphub.editions import readers_content, up_to_date

RELEASED = "release"  # What officers have published in the working database.
CURRENT = "current"  # What readers already have. Only time changes it.
WITHDRAWAL = "withdrawal"  # The same, minus what was withdrawn.


def lacking() -> str | None:
    """The source for the edition that readers lack, or None if this code made the one they have."""
    current = readers_content.whole_edition()
    if current is None:
        return RELEASED
    return None if up_to_date.is_of_this_code(current) else CURRENT
