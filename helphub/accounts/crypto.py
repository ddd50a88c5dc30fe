"""Encrypts what must not be readable in the database: factor secrets, and typed text."""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet
from django.conf import settings


@cache
def _fernet(secret):
    # The name is part of the key that sealed what is stored: it never changes.
    key = hashlib.sha256(b"helphub.signin" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(text):
    return _fernet(settings.SECRET_KEY).encrypt(text.encode()).decode()


def unseal(token):
    """The text. Raises InvalidToken if this SECRET_KEY did not seal it."""
    return _fernet(settings.SECRET_KEY).decrypt(token.encode()).decode()
