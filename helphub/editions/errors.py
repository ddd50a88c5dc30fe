"""Why a publication failed, and what to do about it. The journal has the details."""

from django.conf import settings
from django.db import DatabaseError

from helphub.editions.bake import BakeError
from helphub.editions.shares import FULL, BuildError
from helphub.editions.store import StoreError

KNOWN = (StoreError, BakeError, BuildError, DatabaseError, OSError)
# The wording of SQLite and of the page makers.
FULL_IN_WORDS = ("disk is full", "No space left on device", "quota exceeded", "File too large")
KEPT = "Readers keep the edition they have."


def in_words(error: Exception) -> str:
    """What went wrong and what to do, for an officer or the server's operator."""
    # For a page maker, the last line of its error says what happened.
    message = str(error).strip().rpartition("\n")[2]
    if getattr(error, "errno", None) in FULL or any(words in message for words in FULL_IN_WORDS):
        return (
            f"The disk is full. {KEPT} Free some space on the disk that holds "
            f"{settings.EDITIONS_DIR}, then publish again."
        )
    if "disk I/O error" in message:  # SQLite's message when a disk quota is used up.
        return (
            f"The disk that holds {settings.EDITIONS_DIR} could not be written to. {KEPT} Check "
            "that it has space and works, then publish again."
        )
    if isinstance(error, (StoreError, BakeError)):
        return message
    if isinstance(error, BuildError):
        return f"The pages could not be made: {message} {KEPT}"
    if isinstance(error, DatabaseError):
        return (
            f"A database could not be read or written ({message}). {KEPT} Check that the database "
            "is available, then publish again."
        )
    if isinstance(error, OSError):
        return (
            f"The edition could not be written ({error.strerror}). {KEPT} Check that the disk that "
            f"holds {settings.EDITIONS_DIR} works, then publish again."
        )
    return f"A fault in this program: {message}. {KEPT} Tell whoever runs the server."
