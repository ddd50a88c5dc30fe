"""Every address that a reader can open."""

from django.conf import settings
from django.utils import translation

from helphub.edition import addresses as edition_addresses
from services import addresses

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
    "/list/c4/",
    "/start/",
    "/start/a3/b6/",
    "/near/",
    "/near/sedgley/",
    "/say-this/",
    "/strategy/",
    "/strategy/evidence/",
    "/strategy/sources/",
    "/find/",
    "/no-such-page/",
    "/emergency/",
]


def public_pages():
    """The English addresses of all pages, but of those that answers lead to only some."""
    browsing = addresses.browsing()
    left_out = set(browsing) - set(browsing[::10])
    return [address for address in edition_addresses.english() if address not in left_out]


def in_language(path, code):
    return path if code == settings.LANGUAGE_CODE else f"/{code}{path}"


def right_to_left(code):
    return translation.get_language_info(code)["bidi"]
