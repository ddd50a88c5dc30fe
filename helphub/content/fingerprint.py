"""Fingerprints: short hashes that change when the content does."""

import hashlib

LENGTH = 20  # Hexadecimal digits. Enough that no two contents of one site share one by chance.


def fingerprint(value: object) -> str:
    """The fingerprint of bytes, or of plain data: text, numbers, dates, and lists of them.

    A set or a row of the database won't do: two that are equal may be written differently.
    """
    content = value if isinstance(value, bytes) else repr(value).encode()
    return hashlib.sha256(content).hexdigest()[:LENGTH]
