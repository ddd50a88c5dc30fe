"""The rules on pages: status, language, links, titles, places, pages lost, and privacy."""

from collections.abc import Iterator

from django.utils.translation import get_language_info

from helphub.content.entries import DENIED_PATTERN
from helphub.editions import public_urls
from helphub.editions.edition_data import Edition
from helphub.editions.page_files import is_html
from helphub.editions.refusals import Refusal, refusal_of_page

MOST_LOST = 0.1


def answers(edition: Edition) -> Iterator[Refusal]:
    """Every page can be made and gives the expected status."""
    for address, page in edition.pages.items():
        expected = {404} if address == public_urls.NOT_FOUND else {200, 301, 302}
        if edition.is_gone(address):
            expected = {410}
        elif edition.is_away(address):
            expected = {404}
        if page["status"] not in expected:
            why = f"The page could not be made properly (status {page['status']})."
            yield refusal_of_page(edition, "answers", why, address)
        elif page["status"] in {301, 302}:
            target = page["headers"].get("Location", "")
            if edition.pages.get(target, {}).get("status") != 200:
                why = f"An old address leads to {target}, which does not exist."
                yield refusal_of_page(edition, "answers", why, address)


def language(edition: Edition) -> Iterator[Refusal]:
    """Every page declares the right language and writing direction."""
    for address, _page, page_facts in edition.html():
        code, _ = public_urls.without_language(address)
        direction = "rtl" if get_language_info(code)["bidi"] else "ltr"
        if (page_facts["lang"], page_facts["dir"]) != (code, direction):
            why = "The page's language or writing direction is missing or wrong."
            yield refusal_of_page(edition, "language", why, address)


def links(edition: Edition) -> Iterator[Refusal]:
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
                yield refusal_of_page(edition, "links", why, address)
            elif edition.is_gone(target) and not edition.is_gone(address):
                why = (
                    f"A link leads to {target}, which is archived or past its last day. Remove "
                    "the link."
                )
                yield refusal_of_page(edition, "links", why, address)
            elif edition.is_away(target) and not edition.is_away(address):
                why = f"A link leads to {target}, whose first day is to come. Remove the link."
                yield refusal_of_page(edition, "links", why, address)
            elif fragment and fragment not in ids.get(target, ()):
                why = f"A link leads to a part of {target} that does not exist ({fragment})."
                yield refusal_of_page(edition, "links", why, address)


def titles(edition: Edition) -> Iterator[Refusal]:
    """Every title is neutral and unique within its language."""
    seen: dict[tuple[str, str], str] = {}
    for address, _page, page_facts in edition.html():
        title = page_facts["title"]
        if not title:
            yield refusal_of_page(edition, "titles", "The page has no title.", address)
        elif denied := DENIED_PATTERN.search(title):
            why = f"The title “{title}” stays in the phone's history and says “{denied.group()}”."
            yield refusal_of_page(edition, "titles", f"{why} Choose a neutral title.", address)
        code, english = public_urls.without_language(address)
        if (other := seen.setdefault((code, title), english)) != english:
            why = f"The title “{title}” is already used by {other}. Choose another title."
            yield refusal_of_page(edition, "titles", why, address)


def places(edition: Edition) -> Iterator[Refusal]:
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


def lost_pages(edition: Edition) -> Iterator[Refusal]:
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


def private(edition: Edition) -> Iterator[Refusal]:
    """No page sets a cookie or holds anything that belongs to one reader."""
    for address, page in edition.pages.items():
        if "Set-Cookie" in page["headers"]:
            yield refusal_of_page(edition, "private", "The page sets a cookie.", address)
    for address, _page, page_facts in edition.html():
        for oddity in page_facts["odd"]:
            yield refusal_of_page(edition, "private", f"The page contains {oddity}.", address)
