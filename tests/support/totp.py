"""The codes of an officer's app, by RFC 6238 and not by the code under test."""

import base64
import hashlib
import hmac
import struct
import time

STEP = 30  # Seconds that the app shows a code for.
SOON = 5


def code(secret, steps=0):
    """The code that the app shows now, or some steps later.

    The server takes no code once the app shows the next, and a test can take seconds to send it. So
    a code that is about to go is waited out.
    """
    if (left := STEP - time.time() % STEP) < SOON:
        time.sleep(left)
    counter = struct.pack(">Q", int(time.time()) // STEP + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"
