"""Build: the public role runs on a baked file and prints every page into files.

A page depends on this code, on what it asks of the content, and on whether certain days have come.
The edition keeps what each page asks and the first day it waits for. If every answer matches the
previous edition and that day has not come, the page is the same. Its files are then taken from that
edition instead of being made again.
"""

from pathlib import Path
from typing import Any

from helphub.content import clock, router
from helphub.editions import (
    answers,
    html_facts,
    manifests,
    page_files,
    public_urls,
    shares,
    up_to_date,
)
from helphub.editions.leaving import Signs
from helphub.editions.manifests import Page, Pages
from helphub.editions.progress import CHECKING, MAKING, QUIET, READING, Quiet


def build(
    folder: Path,
    before: Path | None = None,
    progress: Quiet = QUIET,
    signs: Signs | None = None,
    is_shared: bool = False,
) -> Pages:
    """Make every page of a baked edition. Returns the pages by address, for the manifest.

    Pages that are the same in the previous edition are copied, or shared with it if `is_shared`.
    Given signs of what was withdrawn, we make only the changed pages that show one of them. The
    next edition makes the rest, because nothing is noted about what they asked.
    """
    with router.reading(folder):
        wanted = public_urls.everything()
        above = set(public_urls.of_one_language())
    progress.at(READING)
    with router.reading(folder) as connection:
        fingerprint = up_to_date.pages_fingerprint(folder)
        record = answers.of_edition(before) if before else {}
        # Starting the page maker takes as long as working out which pages can stay.
        same = answers.unchanged(connection, record, fingerprint, begin=shares.page_maker)
    old = manifests.pages_of(before) if before else {}
    stay = _pages_that_stay(before, old, wanted, same, signs)
    # security.txt when no contact is set: it did not exist before and still doesn't.
    absent = {address for address in same & above if address not in old}
    todo = [address for address in wanted if address not in stay.keys() | absent]
    options = {"progress": progress, "is_urgent": signs is not None, "is_shared": is_shared}
    pages, made = _taken_and_made(folder, before, wanted, stay, todo, options)
    asked = _what_was_asked(record, same & {*pages, *absent}, made)
    for share in made:
        pages |= share["pages"]
    _write_facts(folder, before, pages, made, progress)
    made_by = {"code": fingerprint, "day": clock.today().isoformat()}
    answers.write(folder, made_by | asked.as_json())
    # In address order, whichever process made them.
    is_missing = {a for a, p in pages.items() if p["status"] == 404 and a != public_urls.NOT_FOUND}
    return {a: pages[a] for a in wanted if a in pages and not (a in above and a in is_missing)}


def _pages_that_stay(
    before: Path | None, old: Pages, wanted: list[str], same: set[str], signs: Signs | None
) -> Pages:
    """The pages of the previous edition that need not be made."""
    return {
        address: old[address]
        for address in wanted
        if before
        and address in old
        and (address in same or _may_wait(before, address, old[address], signs))
    }


def _may_wait(before: Path, address: str, page: Page, signs: Signs | None) -> bool:
    """Whether a page that may differ can stay for now, because it shows nothing withdrawn."""
    if signs is None or page["file"] != page_files.file_of(address):
        return False
    try:
        return not signs.are_in(before / "pages" / page["file"])
    except OSError:
        return False


def _taken_and_made(
    folder: Path,
    before: Path | None,
    wanted: list[str],
    stay: Pages,
    todo: list[str],
    options: dict[str, Any],
) -> tuple[Pages, list[shares.Share]]:
    """The pages taken from the previous edition, and the shares of those made.

    The options are those of `shares.run`.
    """
    progress, is_shared = options["progress"], options["is_shared"]
    taken: Pages = {}

    def take_what_stays() -> None:
        for address in wanted:
            progress.at(MAKING if todo else READING)
            if (
                before
                and address in stay
                and page_files.take(folder, before, stay[address], is_shared)
            ):
                taken[address] = stay[address]

    made = shares.run(folder, before, todo, len(stay), meanwhile=take_what_stays, **options)
    # Pages with damaged files must be made as well.
    if lost := [address for address in wanted if address in stay and address not in taken]:
        made += shares.run(folder, before, lost, len(wanted) - len(lost), **options)
    return taken, made


def _what_was_asked(
    record: answers.Record, not_made: set[str], made: list[shares.Share]
) -> answers.Dependencies:
    """What each page asked: as the previous edition's record says if it was not made again."""
    asked = answers.Dependencies()
    if not_made:
        asked.add(record["things"], {a: record["pages"][a] for a in not_made}, record["until"])
    for share in made:
        asked.add(share["things"], share["asked"], share["until"])
    return asked


def _write_facts(
    folder: Path, before: Path | None, pages: Pages, made: list[shares.Share], progress: Quiet
) -> None:
    """Write the facts of these pages, which the release checks use."""
    read = html_facts.of_edition(before) if before else {}
    for share in made:
        read |= share["facts"]
    # Unchanged pages have already been read, unless those facts were lost.
    for page in pages.values():
        progress.at(CHECKING)
        if page_files.is_html(page) and page["sha256"] not in read:
            read[page["sha256"]] = html_facts.facts_of_file(
                folder / "pages" / (page["file"] + ".gz")
            )
    shown = {page["sha256"] for page in pages.values()}
    html_facts.write(
        folder, {sha256: page_facts for sha256, page_facts in read.items() if sha256 in shown}
    )


def left_for_later(folder: Path, pages: Pages) -> set[str]:
    """The pages for which the edition has no notes. The next edition makes them."""
    return set(pages) - set(answers.of_edition(folder)["pages"])
