"""Every address that a reader can open."""

from django.conf import settings
from django.utils import translation

from services import addresses
from services.models import Service, Town
from strategy.models import Chapter, FormOfAbuse, Guide

LISTS = ["/find/", "/guides/", "/topics/", "/services/", "/contacts/", "/near/", "/say-this/"]
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
    """The English addresses of all published pages, and of some that answers lead to."""
    pages = [
        page.get_absolute_url()
        for model in (Guide, FormOfAbuse, Service, Town, Chapter)
        for page in model.objects.published()
    ]
    return [*pages, *LISTS, *addresses.browsing()[::10]]


def in_language(path, code):
    return path if code == settings.LANGUAGE_CODE else f"/{code}{path}"


def right_to_left(code):
    return translation.get_language_info(code)["bidi"]
