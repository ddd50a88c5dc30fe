"""The rules on numbers: as approved, dialled as shown, and all of them in the data."""

from collections.abc import Iterator
from typing import Any

from contacts import critical, dialling
from contacts.models import Phone
from helphub.content import registry
from helphub.editions import public_urls
from helphub.editions.edition_data import Edition
from helphub.editions.refusals import Refusal, refusal_of_page
from helphub.editions.shown_numbers import ApprovedDigits, digits_of, is_dialled, is_known

# A record, and the digits it dials and shows.
CriticalLine = tuple[registry.Record, str, str]

HELP_NOW = "/help-now/"


def critical_numbers(edition: Edition) -> Iterator[Refusal]:
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


def wrong_numbers(data: dict[str, Any], approved: ApprovedDigits) -> list[Refusal]:
    """What is wrong with the critical numbers, checked before any page is made."""
    lines = critical_lines(data, approved).values()
    return [line for line in lines if isinstance(line, Refusal)]


def critical_lines(
    data: dict[str, Any], approved_lines: ApprovedDigits
) -> dict[str, CriticalLine | Refusal]:
    """By role: the record and its approved number, or a refusal saying why there is none."""
    phones = {role: phone for phone in data["phones"] if (role := phone[3])}
    by_slug = {phone[1]: phone for phone in data["phones"]}
    lines: dict[str, CriticalLine | Refusal] = {}
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
            lines[role] = (record, dial, display)
    return lines


def _how_to_correct(slug: str) -> str:
    return (
        "Correct the digits. If the number has changed, propose the new number in the admin. An "
        f"operator can also approve it with “manage.py approve_number {slug}”."
    )


def _critical(why: str, record: registry.Record | None) -> Refusal:
    return Refusal("critical numbers", why, [], record, stops=True, is_critical=True)


def approved_numbers(edition: Edition) -> Iterator[Refusal]:
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


def numbers_that_can_be_dialled(edition: Edition) -> Iterator[Refusal]:
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


def fallbacks(edition: Edition) -> Iterator[Refusal]:
    """A fallback line is open when the other line is closed, and serves the same people.

    Either of the two may have changed, so both stay as readers have them.
    """
    for key, name, other_key, other_name, why in edition.data.get("fallbacks", []):
        words = f"“{name}” sends people to “{other_name}” when it is closed. {why} "
        words += f"Choose another number for “{name}”, or leave that field empty."
        for record in ((key, name), (other_key, other_name)):
            yield Refusal("fallbacks", words, [], registry.Record("contacts.phone", *record))


def numbers_of_help_now(edition: Edition) -> Iterator[Refusal]:
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
                yield refusal_of_page(edition, "approved numbers", why, address)


def numbers(edition: Edition) -> Iterator[Refusal]:
    """Pages show only numbers that are in the data."""
    in_data = set(edition.data["numbers"])
    quoted = in_data | set(edition.data["printed"])
    for address, _page, page_facts in edition.html():
        for shown in page_facts["numbers"]:
            if is_dialled(shown) and not is_known(shown, quoted):
                why = f"{shown} is not one of the site's numbers. Remove it from the text."
                yield refusal_of_page(edition, "numbers", why, address)
        for href, shown, is_seen in page_facts["lines"]:
            digits = href.partition(":")[2]
            if digits not in in_data or (is_seen and digits_of(shown) != digits):
                why = (
                    f"A link dials {digits} and shows “{shown}”. Both must be the same number, and "
                    "one of the site's."
                )
                yield refusal_of_page(edition, "numbers", why, address)
