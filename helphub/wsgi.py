"""The server's entry point, with safeguards for before Django has a request, or if it fails."""

import logging
import os
import re

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")
django = get_wsgi_application()

# These can only be imported once Django is set up.
from helphub.editions.serve import Server  # noqa: E402
from helphub.middleware import emergency_answer  # noqa: E402

logger = logging.getLogger(__name__)

BOUNDARY = re.compile(r"""; *boundary=("?)([-\w'()+,./:=?]{1,70})\1 *(?:;|$)""", re.ASCII | re.I)

LENGTH = re.compile("[0-9]{1,18}")


def plain_content_type(value):
    """The content type with no parameters except the boundary of a form's parts.

    This site reads UTF-8 whatever charset a request claims. Django would apply the claim before any
    page could answer. Some of Python's codec names are not charsets: "hex" would leave the reader
    without a page.
    """
    kind = value.partition(";")[0].strip()
    match = BOUNDARY.search(value)
    return f'{kind}; boundary="{match[2]}"' if match else kind


def guarded(environ, start_response):
    """Django, with the emergency page for requests it can't even begin to answer."""
    environ["CONTENT_TYPE"] = plain_content_type(environ.get("CONTENT_TYPE", ""))
    if not LENGTH.fullmatch(environ.get("CONTENT_LENGTH", "")):
        environ["CONTENT_LENGTH"] = "0"
    try:
        return django(environ, start_response)
    except Exception:
        # No traceback, because it may quote what a reader sent.
        logger.error("A request failed before a page could answer it.")
        return emergency_answer(environ, start_response, 500)


application = Server(guarded, emergency_answer)
