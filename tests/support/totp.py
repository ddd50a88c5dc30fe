"""The codes of an officer's app, by RFC 6238 and not by the code under test."""

import base64
import hashlib
import hmac
import struct
import time


def code(secret, steps=0):
    """The code that the app shows now, or some steps of 30 seconds later."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"
