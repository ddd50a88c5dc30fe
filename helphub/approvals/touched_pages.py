"""The pages that a proposed number would change."""

from collections import defaultdict

from django.conf import settings

from helphub.approvals.models import NumberProposal
from helphub.editions import html_facts, manifests, shown_numbers, store, withdrawing
from helphub.editions.public_urls import without_language


def pages_touched(proposal):
    """The pages that show this line, or a sentence that says why there are none.

    They come from readers' edition. For a withdrawn line, they come from the last edition that had
    it.
    """
    try:
        folder = store.current()
        if folder is None:
            return {"why_none": "There is no edition yet: readers see what is saved."}
        if proposal.kind == NumberProposal.Kind.BRING_BACK:
            folder = _last_that_had(proposal.phone) or folder
        addresses = _pages_with(folder, proposal)
    except store.StoreError as error:
        return {"why_none": str(error)}
    if addresses:
        return _by_language(folder, addresses)
    return {"why_none": "No page in readers' edition shows this number."}


def _last_that_had(phone):
    """The newest edition that shows a line, even if no longer served; or None."""
    row = (phone._meta.label_lower, phone.pk)
    folders = map(store.folder_of, reversed(store.numbers()))
    return next((folder for folder in folders if withdrawing.shows(folder, [row])), None)


def _pages_with(folder, proposal):
    """The addresses of an edition's pages that dial the line, or show its textphone.

    Numbers quoted in the strategy's own words stay as printed.
    """
    lines = [(proposal.was_dial, proposal.was_textphone)]
    if proposal.role_from:
        lines.append((proposal.role_from.dial, proposal.role_from.textphone))
    dialled = {dial for dial, _textphone in lines}
    shown = {textphone.replace(" ", "") for _dial, textphone in lines if textphone}
    facts_by_page = html_facts.of_edition(folder)
    return [
        address
        for address, page in manifests.manifest_of(folder)["pages"].items()
        if (page_facts := facts_by_page.get(page["sha256"]))
        and (
            dialled & {href.partition(":")[2] for href, _shown, _is_seen in page_facts["lines"]}
            or shown & set(map(shown_numbers.digits_of, page_facts["numbers"]))
        )
    ]


def _by_language(folder, addresses):
    pages = defaultdict(list)
    for address in sorted(addresses):
        pages[without_language(address)[0]].append(address)
    names = dict(settings.LANGUAGES)
    return {
        "number": store.number_of(folder),
        "is_current": folder == store.current(),
        "total": len(addresses),
        "languages": [(names[code], pages[code]) for code in names if code in pages],
    }
