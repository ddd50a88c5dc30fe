"""What a server calls. Here stands what must hold before Django has a request, or when it fails."""

import logging
import os
import re

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")
django = get_wsgi_application()

# Django's names can only be imported once it is set up.
from helphub.edition.serve import Server  # noqa: E402
from helphub.middleware import emergency_answer  # noqa: E402

logger = logging.getLogger(__name__)

BOUNDARY = re.compile(r"""; *boundary=("?)([-\w'()+,./:=?]{1,70})\1 *(?:;|$)""", re.ASCII | re.I)

LENGTH = re.compile("[0-9]{1,18}")


def plain_content_type(value):
    """The type and, of what stands behind it, the boundary of a form's parts.

    This site reads UTF-8 whatever a request claims. Django believes the claim before any page could
    answer, and some names of Python's are no charset at all: "hex" would end in no page.
    """
    kind = value.partition(";")[0].strip()
    found = BOUNDARY.search(value)
    return f'{kind}; boundary="{found[2]}"' if found else kind


def guarded(environ, start_response):
    """Django, and the emergency page for what it cannot even begin to answer."""
    environ["CONTENT_TYPE"] = plain_content_type(environ.get("CONTENT_TYPE", ""))
    if not LENGTH.fullmatch(environ.get("CONTENT_LENGTH", "")):
        environ["CONTENT_LENGTH"] = "0"
    try:
        return django(environ, start_response)
    except Exception:
        # Without the traceback, which may quote what a reader sent.
        logger.error("A request failed before a page could answer it.")
        return emergency_answer(environ, start_response, 500)


application = Server(guarded)
