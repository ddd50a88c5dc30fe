"""A reader's words in an address: encrypted, padded, and of no use after a while."""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

SECONDS = 50 * 60
BLOCK = 256  # Padding, so that the length of an address says nothing of the words.


class ExpiredError(Exception):
    """The address was ours, and is too old."""


class ForgedError(Exception):
    """The address was never ours."""


@cache
def _fernet(secret):
    key = hashlib.sha256(b"helphub.find" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(words):
    content = words.replace("\x00", " ").encode("utf-8", "replace")
    padded = content + b"\x00" * (-len(content) % BLOCK)
    return _fernet(settings.SECRET_KEY).encrypt(padded).decode().rstrip("=")


def unseal(token):
    fernet = _fernet(settings.SECRET_KEY)
    try:
        content = (token + "=" * (-len(token) % 4)).encode("ascii")
        words = fernet.decrypt(content).rstrip(b"\x00").decode()
    except (InvalidToken, ValueError):
        raise ForgedError from None
    try:
        fernet.decrypt(content, ttl=SECONDS)
    except InvalidToken:
        raise ExpiredError from None
    return words
