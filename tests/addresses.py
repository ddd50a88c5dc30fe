"""Every address that a reader can open."""

from django.utils import translation

from helphub.edition.addresses import english as public_pages
from helphub.edition.addresses import in_language

__all__ = ["ONE_OF_EACH_TEMPLATE", "in_language", "public_pages", "right_to_left"]

ONE_OF_EACH_TEMPLATE = [
    "/",
    "/help-now/",
    "/using-this-site/",
    "/guides/",
    "/guides/just-happened/",
    "/topics/",
    "/topics/law/",
    "/contacts/",
    "/services/",
    "/services/day-and-night-line/",
    "/strategy/",
    "/strategy/evidence/",
    "/strategy/sources/",
    "/find/",
    "/no-such-page/",
    "/emergency/",
]


def right_to_left(code):
    return translation.get_language_info(code)["bidi"]
