"""Every address that a reader can open."""

from django.utils import translation

from helphub.editions.public_urls import english, in_language
from services import public_urls

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
    "/services/in/home/",
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
    "/strategy/newer/",
    "/strategy/local-data/",
    "/find/",
    "/no-such-page/",
    "/emergency/",
]


def public_pages():
    """The English addresses of all pages; of those that answers lead to, every tenth."""
    browsing = public_urls.browsing()
    left_out = set(browsing) - set(browsing[::10])
    return [address for address in english() if address not in left_out]


def right_to_left(code):
    return translation.get_language_info(code)["bidi"]
