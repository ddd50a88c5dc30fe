"""Every address that a reader can open, and so every page that an edition needs.

Addresses without arguments are found automatically, and so are the pages of published entries. An
app with more (lists narrowed by a choice, towns) defines `public_addresses()` in its urls, and
`public_files()` for what is outside any language.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import cast

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import LocalePrefixPattern
from django.utils.translation import override

from helphub.content.entries import Page
from helphub.languages.offered import offered, served

APPS = ["strategy", "contacts", "services"]
# Not pages: they change from moment to moment or from reader to reader.
NOT_PRINTED = {"live", "fresh", "checks"}
# What nginx shows for an address that doesn't exist.
NOT_FOUND = "/404.html"


def page_models() -> list[type[Page]]:
    """The kinds of entry that have their own page."""
    return [model for model in apps.get_models() if issubclass(model, Page)]


def pages_of_entries() -> dict[str, Page]:
    """The published entries that have pages, by their English addresses."""
    with override(settings.LANGUAGE_CODE):
        return {
            page.get_absolute_url(): page
            for model in page_models()
            for page in model.objects.published()
        }


def pages_no_longer_kept() -> dict[str, Page]:
    """Archived or expired entries, by English address. Their pages say where to go instead."""
    with override(settings.LANGUAGE_CODE):
        return {
            page.get_absolute_url(): page
            for model in page_models()
            for page in model.objects.no_longer_kept()
        }


def pages_away() -> dict[str, Page]:
    """Entries that readers have had and lack until a first day to come, by English address."""
    with override(settings.LANGUAGE_CODE):
        return {
            page.get_absolute_url(): page
            for model in page_models()
            for page in model.objects.away()
        }


def _without_arguments(
    resolver: URLResolver, prefix: str = "", is_translated: bool = False, namespace: str | None = ""
) -> Iterator[tuple[str, bool]]:
    """The addresses that take no argument: (address, whether it exists in every language)."""
    for entry in resolver.url_patterns:
        pattern = entry.pattern
        if isinstance(pattern, LocalePrefixPattern):
            # Only a resolver has such a pattern.
            yield from _without_arguments(cast(URLResolver, entry), prefix, True, namespace)
        elif pattern.regex.groups or f"/{prefix}{pattern}".startswith(settings.ADMIN_PREFIX):
            continue
        elif isinstance(entry, URLResolver):
            yield from _without_arguments(
                entry, f"{prefix}{pattern}", is_translated, entry.namespace
            )
        elif isinstance(entry, URLPattern) and entry.name not in NOT_PRINTED:
            yield f"/{prefix}{pattern}", is_translated


def registered() -> list[str]:
    """The English addresses that apps add to their lists and entries."""
    with override(settings.LANGUAGE_CODE):
        return _added("public_addresses")


def _added(function: str) -> list[str]:
    """The addresses that the apps' functions of this name give."""
    return [
        address
        for app in APPS
        for address in getattr(import_module(f"{app}.urls"), function, list)()
    ]


def english() -> list[str]:
    """The English addresses of all pages that exist in every language, without duplicates."""
    fixed = [
        address for address, is_translated in _without_arguments(get_resolver()) if is_translated
    ]
    others = [*pages_no_longer_kept(), *pages_away(), *registered()]
    return list(dict.fromkeys([*fixed, *pages_of_entries(), *others]))


def of_one_language() -> list[str]:
    """The addresses outside any language: robots.txt, the sitemap, files, old addresses."""
    untranslated = [
        address
        for address, is_translated in _without_arguments(get_resolver())
        if not is_translated
    ]
    return [*untranslated, *_added("public_files"), NOT_FOUND]


def in_language(address: str, code: str) -> str:
    return address if code == settings.LANGUAGE_CODE else f"/{code}{address}"


def without_language(address: str) -> tuple[str, str]:
    """An address's language, and the same address in English."""
    first, _, path = address.lstrip("/").partition("/")
    if first in dict(settings.LANGUAGES) and first != settings.LANGUAGE_CODE:
        return first, f"/{path}"
    return settings.LANGUAGE_CODE, address


def everything() -> list[str]:
    """Every address that an edition prints."""
    pages, drafts = english(), set(live())
    printed = [in_language(page, code) for code in served() for page in pages]
    return of_one_language() + [page for page in printed if page not in drafts]


def live() -> list[str]:
    """Pages rendered from the edition on request.

    Each set of answers leads to its own page. We don't print these in draft languages: readers
    aren't offered those, and officers would wait for the pages at every publication.
    """
    drafts = [code for code in served() if code not in offered()]
    pages = registered() if drafts else []
    return [in_language(page, code) for code in drafts for page in pages]


def home(code: str = settings.LANGUAGE_CODE) -> str:
    with override(code):
        return reverse("home")
