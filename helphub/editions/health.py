"""Whether the site is alive, and whether its content is as fresh as it should be."""

import os
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, cast

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.utils import timezone

from helphub.content import moments
from helphub.editions import manifests, outcomes, state_files, store
from helphub.editions.models import PublicationRequest
from helphub.editions.outcomes import Outcome

OLDEST = 26 * 60 * 60  # Seconds. A new edition is made every day.
LONGEST_WAIT = timedelta(minutes=15)
SWITCHED = 10  # Seconds for every server to load a new edition.
COPIED = (
    30  # Seconds for nginx to get a new edition. With no beat for this long, the front is down.
)


class Fault(NamedTuple):
    """What is wrong, worded for an officer, and whether the list of editions says more."""

    words: str
    is_of_publication: bool = False


def faults() -> list[Fault]:
    """What is wrong with the editions. Empty if all is well."""
    folder = store.current()
    if folder is None:
        return [Fault("There is no edition yet: readers see what is saved. Publish one.")]
    problems = []
    if damage := state_files.damage():
        problems.append(
            Fault(
                f"{damage['file']} in edition {damage['edition']} is damaged. The edition is being "
                "rebuilt from its own content."
            )
        )
    newest = (state_files.last() or {}).get("entry")
    in_words = (_in_words(entry, newest) for entry in outcomes.unmended())
    problems += [Fault(words, is_of_publication=True) for words in in_words if words]
    try:
        made_at = manifests.manifest_of(folder)["made_at"]
    except store.StoreError as error:
        return [Fault(str(error))]
    if time.time() - made_at > OLDEST:
        problems.append(
            Fault(
                "The edition that readers have is more than a day old, so its opening hours are "
                "going out of date. Ask whoever runs the server to check that the publisher is "
                "working."
            )
        )
    return problems


def _in_words(entry: Outcome, newest: int | None) -> str:
    """An outcome not put right yet, worded for alarms and officers, without any names."""
    is_refused = entry["state"] == outcomes.REFUSED
    if entry["state"] == outcomes.LOST:
        return entry["why"]
    if is_refused and entry["source"] == outcomes.ROLLBACK:
        return f"Going back to edition {entry['number']} was refused."
    if entry["id"] == newest:
        if is_refused:
            return "The last publication was refused. Readers have the edition before it."
        return f"The last publication failed. {entry['why']}" if entry["why"] else ""
    if is_refused:
        return (
            f"The publication of {_when(entry['at'])} was refused and has not been put right yet. "
            "Readers do not have its changes."
        )
    if entry["state"] == outcomes.FAILED:
        return f"The publication of {_when(entry['at'])} failed and has not been tried again."
    return ""


def _when(seconds: float) -> str:
    return moments.in_words(moments.from_seconds(seconds))


def faults_here(request: WSGIRequest) -> list[Fault]:
    """A fault if this server is not serving the current edition, which happens if that is damaged.

    Servers notice a switch within a second.
    """
    if "helphub.edition" not in request.environ:
        return []
    # faults() has said so if there is no edition.
    folder, served = cast(Path, store.current()), request.environ["helphub.edition"]
    if folder == served or time.time() - store.switched_at() < SWITCHED:
        return []
    return [
        Fault(
            f"This server is not serving edition {folder.name}. Its journal says why. Publish "
            "again."
        )
    ]


def faults_of_front() -> list[Fault]:
    """A fault if nginx lacks the current edition's pages and asks the application for each."""
    front, current = settings.FRONT_DIR, store.current()
    if front is None or current is None:
        return []
    why = ""
    with suppress(OSError):
        why = (front / "fault").read_text().strip()
    is_new = time.time() - store.switched_at() < COPIED
    if not why and (is_new or (_is_at_work(front) and _front_has(front, current))):
        return []
    return [
        Fault(
            f"nginx does not have edition {current.name}, so pages come from the application, "
            f"which is slower. {why or 'The front is not running.'} Ask whoever runs the server to "
            "follow deploy/RUNBOOK.md, “The front stopped, or cannot copy”."
        )
    ]


def _is_at_work(front: Path) -> bool:
    try:
        return time.time() - (front / "beat").stat().st_mtime < COPIED
    except OSError:
        return False


def _front_has(front: Path, edition: Path) -> bool:
    if not (front / "open").is_symlink():
        return False
    try:
        return os.readlink(front / "current").startswith(f"{edition.name}-")
    except OSError:
        return False


def waiting_too_long() -> bool:
    """Whether an officer's request to publish has been unfinished for too long."""
    unfinished = [PublicationRequest.State.WAITING, PublicationRequest.State.RUNNING]
    return PublicationRequest.objects.filter(
        state__in=unfinished, asked_at__lt=timezone.now() - LONGEST_WAIT
    ).exists()
