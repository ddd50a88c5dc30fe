"""An edition as the rules see it: its pages, what they say, and what its content says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings

from contacts.fallbacks import why_not_of
from contacts.models import ApprovedNumber, Phone
from helphub.content import registry, router
from helphub.editions import html_facts, public_urls
from helphub.editions.html_facts import Facts, FactsByHash
from helphub.editions.manifests import Page, Pages
from helphub.editions.page_files import is_html
from helphub.editions.shown_numbers import ApprovedDigits, digits_of
from strategy.models import Printed


class Edition(NamedTuple):
    """A finished edition, as the rules see it."""

    pages: Pages  # From the manifest.
    facts: FactsByHash
    data: dict[str, Any]  # As data_of returns it.
    approved: ApprovedDigits  # Today's.
    before: Pages  # Those of the previous edition.

    def html(self) -> Iterator[tuple[str, Page, Facts]]:
        """The pages to read, each with its address and its facts."""
        for address, page in self.pages.items():
            # A page that failed is never published. The `answers` rule reports it, so skip it here.
            if is_html(page) and page["status"] < 500:
                yield address, page, self.facts[page["sha256"]]

    def is_away(self, address: str) -> bool:
        """Whether a page only says on which day it is back."""
        return public_urls.without_language(address)[1] in self.data.get("away", ())

    def is_gone(self, address: str) -> bool:
        """Whether a page is archived or expired, so that it only says where to go instead."""
        return public_urls.without_language(address)[1] in self.data.get("gone", ())

    def record(self, address: str) -> registry.Record | None:
        """The entry that a page belongs to."""
        record = self.data["records"].get(public_urls.without_language(address)[1])
        return registry.Record(*record) if record else None


def data_of(folder: Path, approved: dict[str, ApprovedNumber]) -> dict[str, Any]:
    """What an edition's content says about itself. Kept with the edition for later rollbacks."""
    with router.reading(folder):
        gone, away = public_urls.pages_no_longer_kept(), public_urls.pages_away()
        entries = gone | away | public_urls.pages_of_entries()
        phones = list(Phone.objects.published())
        postcodes = _postcodes_of_places()
        live = public_urls.live()
        printed = _printed_numbers()
        fallbacks = _wrong_fallbacks()
    return {
        "records": {
            address: [page._meta.label_lower, page.pk, page.name]
            for address, page in entries.items()
        },
        "phones": [
            [phone.pk, phone.slug, phone.name_en, phone.role, phone.dial, phone.display]
            for phone in phones
        ],
        # The parts of a number that a form checks, so the release checks can check them again.
        "lines": [[phone.pk, phone.name_en, phone.role, *_numbers_of(phone)] for phone in phones],
        "numbers": sorted(
            {
                number.replace(" ", "")
                for phone in phones
                for number in (phone.dial, phone.display, phone.textphone)
                if number
            }
        ),
        "printed": printed,
        "fallbacks": fallbacks,
        "postcodes": postcodes,
        "live": live,
        "gone": sorted(gone),
        "away": sorted(away),
        "approved": {line: [row.dial, row.display] for line, row in approved.items()},
    }


def _numbers_of(phone: Phone) -> tuple[str, str, str, str]:
    return phone.kind, phone.dial, phone.display, phone.textphone


def _wrong_fallbacks() -> list[list[Any]]:
    """Lines whose fallback for closed hours is unsuitable."""
    return [
        [*_record_of(phone), *_record_of(phone.fallback), why]
        for phone in Phone.objects.published().for_card()
        if phone.fallback and (why := why_not_of(phone))
    ]


def _record_of(phone: Phone) -> list[Any]:
    return [phone.pk, phone.name_en]  # type: ignore[attr-defined] # A translated column.


def _printed_numbers() -> list[str]:
    """Numbers in the strategy's own words, which we quote as printed."""
    return sorted(
        {
            digits_of(shown)
            for model in apps.get_models()
            if issubclass(model, Printed)
            for words in model._base_manager.values_list("words", flat=True)
            for shown in html_facts.NUMBER.findall(words)
        }
    )


def _postcodes_of_places() -> list[str]:
    """The postcodes allowed on pages: those of places in the data, and the owner's own."""
    texts = list(settings.OWNER.values())
    for model in registry.content_models():
        if model._meta.label_lower in registry.places():
            for row in model._base_manager.values():
                texts += [value for value in row.values() if isinstance(value, str)]
    return sorted(
        {" ".join(parts) for text in texts for parts in html_facts.POSTCODE.findall(text.upper())}
    )
