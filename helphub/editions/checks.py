"""Release checks: read the finished pages as a reader would, and refuse any that are wrong.

A fault in one entry leaves out that entry. A wrong critical number, a confidential place, the loss
of a tenth of the pages, or a fault that belongs to no entry stops the whole edition. Each refusal
names the page, the rule in plain words, and the record to correct.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from django.db import DatabaseError

from helphub.editions import bake, number_rules, page_rules
from helphub.editions.edition_data import Edition
from helphub.editions.page_files import FIRST_ROUND_TRIP
from helphub.editions.progress import CHECKING, QUIET, Quiet
from helphub.editions.refusals import Refusal

# Each rule's docstring says what it demands.
RULES: list[Callable[[Edition], Iterator[Refusal]]] = [
    page_rules.answers,
    page_rules.language,
    number_rules.critical_numbers,
    number_rules.approved_numbers,
    number_rules.numbers_that_can_be_dialled,
    number_rules.fallbacks,
    number_rules.numbers_of_help_now,
    page_rules.links,
    page_rules.titles,
    number_rules.numbers,
    page_rules.places,
    page_rules.lost_pages,
    page_rules.private,
]

# What rooms above this one know of an edition's rows. They add their functions here.
NOTES: list[Callable[[bake.Rows], Iterable[str]]] = []


def examine(edition: Edition, progress: Quiet = QUIET) -> list[Refusal]:
    """Every refusal, with the same fault on many pages merged into one."""
    pages_by_refusal: dict[Refusal, list[str]] = {}
    for rule in RULES:
        progress.at(CHECKING)
        for refusal in rule(edition):
            key = refusal._replace(pages=(), record=refusal.record)
            pages_by_refusal.setdefault(key, []).extend(refusal.pages)
    refusals = [refusal._replace(pages=pages) for refusal, pages in pages_by_refusal.items()]
    # A wrong critical number causes many other faults, so report only that.
    return [refusal for refusal in refusals if refusal.is_critical] or refusals


def warnings(edition: Edition) -> list[str]:
    """Worth knowing, but these stop nothing."""
    return [
        f"{address} is {page['sent']} bytes as sent. Only {FIRST_ROUND_TRIP} arrive at once."
        for address, page, _page_facts in edition.html()
        if page["sent"] > FIRST_ROUND_TRIP
    ]


def notes(rows: bake.Rows) -> list[str]:
    """What else is worth knowing. Without a database, nothing: the edition matters more."""
    said: list[str] = []
    with suppress(DatabaseError):
        for note in NOTES:
            said += note(rows)
    return said
