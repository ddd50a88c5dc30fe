"""The real WSGI application, called with exactly the bytes that a test gives it.

Django's test client quotes, encodes and completes what it is given. A stranger's program does not.
"""

import io
from contextlib import contextmanager
from typing import NamedTuple

from django.core.signals import request_finished, request_started
from django.db import close_old_connections

HOST = "localhost"


class Answer(NamedTuple):
    """What the application answered."""

    status: int
    headers: list
    body: bytes

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name, default=None):
        return ", ".join(self.all(name)) or default

    @property
    def content(self):
        return self.body

    @property
    def is_html(self):
        return self.get("Content-Type", "").startswith("text/html")


def environ(path=b"/", method="GET", query="", headers=(), body=b"", scheme="http"):
    """What a server passes on for a request; a header of None is left out.

    The path is bytes, as they are once the server has undone the quoting.
    """
    headers = {"Host": HOST, "Content-Length": str(len(body))} | dict(headers)
    named = {
        key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}": value
        for name, value in headers.items()
        if value is not None and (key := name.upper().replace("-", "_"))
    }
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "443" if scheme == "https" else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **named,
    }


def ask(application, request):
    """Let the application answer a request made by `environ`."""
    head = []

    def start_response(status, headers, exc_info=None):
        head[:] = [int(status.split()[0]), headers]

    with transaction_kept():
        parts = application(request, start_response)
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
    return Answer(*head, body)


@contextmanager
def transaction_kept():
    """Keep the connection that the test's transaction is open on: a request would close it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
