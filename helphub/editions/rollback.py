"""Going back: readers get an earlier edition again, until the rollback is ended."""

from contextlib import suppress

from helphub.editions import (
    approved_lines,
    checks,
    edition_data,
    errors,
    html_facts,
    integrity,
    locking,
    manifests,
    outcomes,
    publish,
    readers_content,
    readers_had,
    spares,
    state_files,
    store,
    withdrawing,
)
from helphub.editions.progress import CHECKING, StoppedError
from helphub.editions.sources import WITHDRAWAL


def roll_back(number: int, requester: str, why: str) -> int:
    """Give readers an edition again, if it passes the release checks with today's numbers."""
    attempt = outcomes.Attempt(outcomes.ROLLBACK, requester, number=number)
    with locking.lock():
        try:
            is_done = _switch_back(attempt, number, why)
        except StoppedError:
            raise
        except publish.RefusedError as error:
            outcomes.note(attempt, outcomes.REFUSED, error.refusals)
            raise
        except Exception as error:
            with suppress(OSError):
                outcomes.note(attempt, outcomes.FAILED, why=errors.in_words(error))
            raise
        if is_done:
            outcomes.note(attempt, outcomes.DONE, number=number)
            return number
    # It shows something withdrawn, so publish the same content without that.
    as_it_was = f"as edition {number}: {why}"
    published = publish.publish(WITHDRAWAL, requester, as_it_was, number=number, attempt=attempt)
    state_files.pin(published.number, requester, why)
    return published.number


def _switch_back(attempt: outcomes.Attempt, number: int, why: str) -> bool:
    """Switch to an older edition. Returns whether it may be shown unchanged."""
    folder = store.folder_of(number)
    if folder.is_dir():
        spares.bring_back(folder)
    manifest = manifests.read_manifest(folder)
    if altered := integrity.altered_file(folder, manifest, with_pages=True):
        raise store.StoreError(
            f"{altered} in edition {number} was altered, so readers' servers would refuse the "
            "edition. Go back to a different edition."
        )
    withdrawing.allow_again()
    before = readers_content.whole_edition()
    withdrawn = withdrawing.withdrawn_now(before)
    progress = withdrawing.progress_of(attempt, before, withdrawn)
    progress.at(CHECKING)
    if store.is_forbidden(folder) or withdrawing.shows(folder, withdrawn):
        return False
    edition = edition_data.Edition(
        pages=manifests.with_all_headers(manifest),
        facts=html_facts.of_edition(folder),
        data=manifest["data"],
        approved=approved_lines.digits(approved_lines.approved_now(before)),
        before={},
    )
    if refusals := [refusal for refusal in checks.examine(edition, progress) if refusal.stops]:
        raise publish.RefusedError(refusals)
    store.switch(number)
    state_files.pin(number, attempt.who, why)
    readers_had.note()
    return True


def lift(requester: str) -> None:
    """End the rollback, so the next publication reaches readers again."""
    with locking.lock():
        state_files.unpin()
