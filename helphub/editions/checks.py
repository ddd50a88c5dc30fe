"""The gate: reads the finished pages as a reader would, and refuses any that are wrong.

A fault in one entry holds back that entry. A wrong critical number, a confidential place, the loss
of a tenth of the pages, or a fault that belongs to no entry stops the whole edition. Each refusal
names the page, the rule in plain words, and the record to correct.
"""

import re
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.utils.translation import get_language_info

from contacts import critical, dialling
from contacts.fallbacks import why_not_of
from contacts.models import Phone
from helphub.content import registry, router
from helphub.content.entries import DENIED_PATTERN
from helphub.editions import (
    html_facts,
    public_urls,
)
from helphub.editions.build import is_html
from helphub.editions.progress import CHECKING, QUIET
from strategy.models import Printed

BUDGET = 14_600  # Bytes of a whole page as sent: ten packets, the first round trip.
MOST_LOST = 0.1
HELP_NOW = "/help-now/"
SHORT_CODES = {"999", "101", "111", "112", "119", "911", "988"}


class Refusal(NamedTuple):
    """A rule that some pages break."""

    rule: str
    why: str
    pages: list
    record: registry.Record | None = None
    stops: bool = False  # Stops the whole edition, not just one entry.
    is_critical: bool = False  # Can't be overridden by giving a reason.

    def as_json(self):
        return self._asdict() | {"record": self.record and list(self.record)}

    @classmethod
    def from_json(cls, values):
        return cls(**values | {"record": values["record"] and registry.Record(*values["record"])})

    def __str__(self):
        shown = ", ".join(self.pages[:3]) + (" and others" if len(self.pages) > 3 else "")
        where = f" On {shown}." if shown else ""
        fix = f" Fix: {self.record.name}." if self.record else ""
        return f"{self.why}{where}{fix}"


# The data that the rules use


def data_of(folder, approved):
    """What an edition's content says about itself. Kept with the edition for later rollbacks."""
    with router.reading(folder):
        gone = public_urls.pages_no_longer_kept()
        entries = gone | public_urls.pages_of_entries()
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
        # The parts of a number that a form checks, so the gate can check them again.
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
        "approved": {line: [row.dial, row.display] for line, row in approved.items()},
    }


def _numbers_of(phone):
    return phone.kind, phone.dial, phone.display, phone.textphone


def _wrong_fallbacks():
    """Lines whose fallback for closed hours is unsuitable."""
    return [
        [*_record_of(phone), *_record_of(phone.fallback), why]
        for phone in Phone.objects.published().for_card()
        if phone.fallback and (why := why_not_of(phone))
    ]


def _record_of(phone):
    return [phone.pk, phone.name_en]


def _printed_numbers():
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


def _postcodes_of_places():
    """The postcodes allowed on pages: those of places in the data, and the owner's own."""
    texts = list(settings.OWNER.values())
    for model in registry.content_models():
        if model._meta.label_lower in registry.places():
            for row in model._base_manager.values():
                texts += [value for value in row.values() if isinstance(value, str)]
    return sorted(
        {" ".join(parts) for text in texts for parts in html_facts.POSTCODE.findall(text.upper())}
    )


class Edition(NamedTuple):
    """A finished edition, as the rules see it."""

    pages: dict  # From the manifest, by address.
    facts: dict  # By SHA-256.
    data: dict  # As data_of returns it.
    approved: dict  # Today's: (dial, display) by line.
    before: dict  # The pages of the previous edition.

    def html(self):
        """The pages to read: (address, page, facts)."""
        for address, page in self.pages.items():
            # A page that failed is never published. The `answers` rule reports it, so skip it here.
            if is_html(page) and page["status"] < 500:
                yield address, page, self.facts[page["sha256"]]

    def is_gone(self, address):
        """Whether a page is archived or expired, so that it only says where to go instead."""
        return public_urls.without_language(address)[1] in self.data.get("gone", ())

    def record(self, address):
        """The entry that a page belongs to."""
        record = self.data["records"].get(public_urls.without_language(address)[1])
        return registry.Record(*record) if record else None


def examine(edition, progress=QUIET):
    """Every refusal, with the same fault on many pages merged into one."""
    pages_by_refusal = {}
    for rule in RULES:
        progress.at(CHECKING)
        for refusal in rule(edition):
            key = refusal._replace(pages=(), record=refusal.record)
            pages_by_refusal.setdefault(key, []).extend(refusal.pages)
    refusals = [refusal._replace(pages=pages) for refusal, pages in pages_by_refusal.items()]
    # A wrong critical number causes many other faults, so report only that.
    return [refusal for refusal in refusals if refusal.is_critical] or refusals


def _of_page(edition, rule, why, address):
    """A fault on one page. It holds back the page's entry, or stops everything if there is none."""
    record = edition.record(address)
    return Refusal(rule, why, [address], record, stops=record is None)


# The rules


def answers(edition):
    """Every page can be made and gives the expected status."""
    for address, page in edition.pages.items():
        expected = {404} if address == public_urls.NOT_FOUND else {200, 301, 302}
        if edition.is_gone(address):
            expected = {410}
        if page["status"] not in expected:
            why = f"The page could not be made properly (status {page['status']})."
            yield _of_page(edition, "answers", why, address)
        elif page["status"] in {301, 302}:
            target = page["headers"].get("Location", "")
            if edition.pages.get(target, {}).get("status") != 200:
                why = f"An old address leads to {target}, which does not exist."
                yield _of_page(edition, "answers", why, address)


def language(edition):
    """Every page declares the right language and writing direction."""
    for address, _page, page_facts in edition.html():
        code, _ = public_urls.without_language(address)
        direction = "rtl" if get_language_info(code)["bidi"] else "ltr"
        if (page_facts["lang"], page_facts["dir"]) != (code, direction):
            why = "The page's language or writing direction is missing or wrong."
            yield _of_page(edition, "language", why, address)


def critical_numbers(edition):
    """999 and the single point of contact come first on every page, visible and as approved."""
    for place, (role, wanted) in enumerate(critical_lines(edition.data, edition.approved).items()):
        if isinstance(wanted, Refusal):
            yield wanted
            continue
        record, dial, display = wanted
        for address, _page, page_facts in edition.html():
            if page_facts["first"][place : place + 1] != [[f"tel:{dial}", display]]:
                yield Refusal(
                    "critical numbers",
                    f"{display}, {Phone.Role(role).label}, is not shown at the top of the page "
                    "as approved, or its link dials something else.",
                    [address],
                    record,
                    stops=True,
                    is_critical=True,
                )


def wrong_numbers(data, approved):
    """What is wrong with the critical numbers, checked before any page is made."""
    lines = critical_lines(data, approved).values()
    return [line for line in lines if isinstance(line, Refusal)]


def critical_lines(data, approved_lines):
    """By role: the record and its approved number, or a refusal saying why there is none."""
    phones = {role: phone for phone in data["phones"] if (role := phone[3])}
    by_slug = {phone[1]: phone for phone in data["phones"]}
    lines = {}
    for role in Phone.Role.values:
        # The single point of contact is withdrawn, so use its stand-in.
        phone = phones.get(role) or (
            by_slug.get(critical.INSTEAD_OF_SPOC) if role == Phone.Role.SPOC else None
        )
        if phone is None:
            lines[role] = _critical(f"No number is published as {Phone.Role(role).label}.", None)
            continue
        key, slug, name, _role, dial, display = phone
        record = registry.Record("contacts.phone", key, name)
        approved = approved_lines.get(slug)
        if approved is None:
            lines[role] = _critical(
                f"The number for “{name}” has not been approved. Propose it in the admin. An "
                f"operator can also approve it with “manage.py approve_number {slug}”.",
                record,
            )
        elif [dial, display] != list(approved):
            lines[role] = _critical(
                f"“{name}” shows {display} and dials {dial}, but the approved number is "
                f"{approved[1]}. {_how_to_correct(slug)}",
                record,
            )
        else:
            lines[role] = (record, *approved)
    return lines


def _how_to_correct(slug):
    return (
        "Correct the digits. If the number has changed, propose the new number in the admin. An "
        f"operator can also approve it with “manage.py approve_number {slug}”."
    )


def _critical(why, record):
    return Refusal("critical numbers", why, [], record, stops=True, is_critical=True)


def approved_numbers(edition):
    """Every other line with an approved number still matches its approval."""
    for key, slug, name, role, dial, display in edition.data["phones"]:
        approved = edition.approved.get(slug)
        if not role and approved and [dial, display] != list(approved):
            yield Refusal(
                "approved numbers",
                f"“{name}” shows {display} and dials {dial}, but the approved number is "
                f"{approved[1]}. {_how_to_correct(slug)}",
                [],
                registry.Record("contacts.phone", key, name),
            )


def numbers_that_can_be_dialled(edition):
    """Every number would pass the form's checks, however it came into the data."""
    # Editions made before this rule don't record a number's kind, so check each as a text number.
    older = [
        [key, name, role, Phone.Kind.TEXT, dial, display, ""]
        for key, _slug, name, role, dial, display in edition.data["phones"]
    ]
    for key, name, role, *numbers in edition.data.get("lines", older):
        if faults := dialling.faults(*numbers):
            yield Refusal(
                "numbers that can be dialled",
                f"“{name}”: {' '.join(faults)}",
                [],
                registry.Record("contacts.phone", key, name),
                stops=bool(role),
            )


def fallbacks(edition):
    """A fallback line is open when the other line is closed, and serves the same people.

    Either of the two may have changed, so both stay as readers have them.
    """
    for key, name, other_key, other_name, why in edition.data.get("fallbacks", []):
        words = f"“{name}” sends people to “{other_name}” when it is closed. {why} "
        words += f"Choose another number for “{name}”, or leave that field empty."
        for record in ((key, name), (other_key, other_name)):
            yield Refusal("fallbacks", words, [], registry.Record("contacts.phone", *record))


def numbers_of_help_now(edition):
    """Every number shown on “Help now” was approved, however it got there."""
    # The rules above check that a line matches its approval.
    phones = [phone for phone in edition.data["phones"] if phone[1] in edition.approved]
    approved = {dial for _key, _slug, _name, _role, dial, _display in phones}
    for address, _page, page_facts in edition.html():
        if public_urls.without_language(address)[1] != HELP_NOW:
            continue
        for href, shown, _is_seen in page_facts["lines"]:
            if href.partition(":")[2] not in approved:
                why = (
                    f"It shows {shown}, which has not been approved. Remove it, or get it "
                    "approved: open the number in the admin and propose it for “Help now”."
                )
                yield _of_page(edition, "approved numbers", why, address)


def links(edition):
    """Every internal link leads to an existing page, and to an existing part of it."""
    ids = {address: set(page_facts["ids"]) for address, _page, page_facts in edition.html()}
    live = set(edition.data["live"])
    for address, _page, page_facts in edition.html():
        for link in page_facts["links"]:
            path, _, fragment = link.partition("#")
            target = path or address
            page = edition.pages.get(target)
            if page is None and target in live:
                continue
            if page is None:
                why = f"A link leads to {target}, which does not exist."
                yield _of_page(edition, "links", why, address)
            elif edition.is_gone(target) and not edition.is_gone(address):
                why = (
                    f"A link leads to {target}, which is archived or past its last day. Remove "
                    "the link."
                )
                yield _of_page(edition, "links", why, address)
            elif fragment and fragment not in ids.get(target, ()):
                why = f"A link leads to a part of {target} that does not exist ({fragment})."
                yield _of_page(edition, "links", why, address)


def titles(edition):
    """Every title is neutral and unique within its language."""
    seen = {}
    for address, _page, page_facts in edition.html():
        title = page_facts["title"]
        if not title:
            yield _of_page(edition, "titles", "The page has no title.", address)
        elif denied := DENIED_PATTERN.search(title):
            why = f"The title “{title}” stays in the phone's history and says “{denied.group()}”."
            yield _of_page(edition, "titles", f"{why} Choose a neutral title.", address)
        code, english = public_urls.without_language(address)
        if (other := seen.setdefault((code, title), english)) != english:
            why = f"The title “{title}” is already used by {other}. Choose another title."
            yield _of_page(edition, "titles", why, address)


def numbers(edition):
    """Pages show only numbers that are in the data."""
    in_data = set(edition.data["numbers"])
    quoted = in_data | set(edition.data["printed"])
    for address, _page, page_facts in edition.html():
        for shown in page_facts["numbers"]:
            if is_dialled(shown) and not is_known(shown, quoted):
                why = f"{shown} is not one of the site's numbers. Remove it from the text."
                yield _of_page(edition, "numbers", why, address)
        for href, shown, is_seen in page_facts["lines"]:
            digits = href.partition(":")[2]
            if digits not in in_data or (is_seen and digits_of(shown) != digits):
                why = (
                    f"A link dials {digits} and shows “{shown}”. Both must be the same number, and "
                    "one of the site's."
                )
                yield _of_page(edition, "numbers", why, address)


def digits_of(shown):
    digits = re.sub(r"\D", "", shown)
    return "0" + digits[2:] if shown.startswith("+44") else digits


def is_dialled(shown):
    """Whether digits look like something to ring, rather than a year or an amount."""
    digits = digits_of(shown)
    return (
        digits in SHORT_CODES
        or (digits.startswith("0") and len(digits) > 6)
        or bool(re.fullmatch(r"116\d{3}|[6-8]\d{4}", digits))
    )


def is_known(shown, numbers_allowed):
    digits = digits_of(shown)
    # “0800 1111 24 hours” is a number followed by another figure.
    return digits in numbers_allowed or any(
        digits.startswith(number) and len(digits) - len(number) < 5
        for number in numbers_allowed
        if len(number) > 6
    )


def places(edition):
    """Pages show only postcodes of places in the data."""
    in_data = set(edition.data["postcodes"])
    for address, _page, page_facts in edition.html():
        for postcode in set(page_facts["postcodes"]) - in_data:
            yield Refusal(
                "places",
                f"The postcode {postcode} does not belong to any place in the data. Remove it from "
                "the text: if it is confidential, someone could be found there.",
                [address],
                edition.record(address),
                stops=True,
            )


def lost_pages(edition):
    """No more than a tenth of the previous edition's pages are gone."""
    before = {address for address, page in edition.before.items() if is_html(page)}
    gone = sorted(before - set(edition.pages))
    if len(gone) > MOST_LOST * len(before):
        yield Refusal(
            "lost pages",
            f"{len(gone)} of {len(before)} pages would disappear. If that is intended, give the "
            'reason: manage.py publish --force "reason"',
            gone,
            stops=True,
        )


def private(edition):
    """No page sets a cookie or holds anything that belongs to one reader."""
    for address, page in edition.pages.items():
        if "Set-Cookie" in page["headers"]:
            yield _of_page(edition, "private", "The page sets a cookie.", address)
    for address, _page, page_facts in edition.html():
        for oddity in page_facts["odd"]:
            yield _of_page(edition, "private", f"The page contains {oddity}.", address)


RULES = [
    answers,
    language,
    critical_numbers,
    approved_numbers,
    numbers_that_can_be_dialled,
    fallbacks,
    numbers_of_help_now,
    links,
    titles,
    numbers,
    places,
    lost_pages,
    private,
]


def warnings(edition):
    """Worth knowing, but these stop nothing."""
    return [
        f"{address} is {page['sent']} bytes as sent. Only {BUDGET} arrive at once."
        for address, page, _found in edition.html()
        if page["sent"] > BUDGET
    ]
