"""What we log when something fails: where in the code, and nothing about a reader."""

import logging
import traceback

from django.conf import settings


class WithoutReaders(logging.Filter):
    """Removes a reader's traces from a log record: the address, and the error's message.

    The message may quote the address. What officers do in the admin stays.
    """

    def filter(self, record):
        request = getattr(record, "request", None)
        path = getattr(request, "path_info", "")
        if request is None or (settings.FOR_OFFICERS and path.startswith(settings.ADMIN_PREFIX)):
            return True
        record.msg, record.args = f"A page failed ({getattr(record, 'status_code', '?')}).", ()
        if record.exc_info:
            error_class, _, trace = record.exc_info
            record.exc_text = "".join(traceback.format_tb(trace)) + error_class.__name__
            record.exc_info = None
        return True
