"""How publications ended, and which problems are still open.

A refusal stays until a later publication includes what was refused, or an officer dismisses it. We
keep this with the editions, so readers' servers can report it to alarms without a database.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from helphub.content.registry import RecordName
from helphub.editions import state_files
from helphub.editions.refusals import Refusal

Outcome = dict[str, Any]  # An entry of last.json, as note() writes it.

DONE, REFUSED, FAILED = "done", "refused", "failed"
HELD = "held"  # It was published without the entries it names. Reports have this word.
LOST = "lost"  # An edition's content was lost, so readers went back to older content.
# The sources with rules of their own. Any other source remakes content that readers have.
RELEASE, ROLLBACK = "release", "rollback"
MOST = 30


@dataclass
class Attempt:
    """A publication in progress."""

    source: str
    who: str
    # The ticked records. None means everything that is waiting.
    chosen: list[RecordName] | None = None
    number: int | None = None  # The edition to go back to.
    # The waiting records that this leaves out. None until we know.
    left: set[RecordName] | None = field(default=None)


def unmended() -> list[Outcome]:
    """Whatever was refused, failed or left out and is still open, newest first."""
    return list((state_files.last() or {}).get("open", []))


def note(
    attempt: Attempt,
    state: str,
    refusals: Iterable[Refusal] = (),
    why: str = "",
    number: int | None = None,
) -> None:
    """Note how an attempt ended. It replaces earlier outcomes about the same records."""
    refused = [refusal.as_json() for refusal in refusals]
    entry = {
        "id": (state_files.last() or {}).get("next", 1),
        "at": time.time(),
        "source": attempt.source,
        "who": attempt.who,
        "state": HELD if state == DONE and refused else state,
        "refusals": refused,
        "why": why,
        "chosen": None if attempt.chosen is None else [list(name) for name in attempt.chosen],
        "number": attempt.number,
    }
    is_open = entry["state"] != DONE
    remainders = [_remainder(outcome, attempt, state) for outcome in unmended()]
    remaining = [outcome for outcome in remainders if outcome and _same(outcome) != _same(entry)]
    if is_open:
        remaining.insert(0, entry)
    state_files.set_last(
        state=state,
        who=attempt.who,
        number=number,
        why=why,
        refusals=refused,
        open=remaining[:MOST],
        next=entry["id"] + is_open,
        entry=entry["id"] if is_open else None,
    )


def dismiss(number: int | None) -> bool:
    """Take an outcome off the list at an officer's request. Returns whether it was on it."""
    outcomes = unmended()
    remaining = [outcome for outcome in outcomes if outcome["id"] != number]
    state_files.amend_last(open=remaining)
    return remaining != outcomes


def note_lost(lost: int, whole: int) -> None:
    """Note that readers are back on an older edition's content, because a newer one's was lost."""
    number = (state_files.last() or {}).get("next", 1)
    entry = {
        "id": number,
        "at": time.time(),
        "source": "current",
        "who": "the publisher",
        "state": LOST,
        "refusals": [],
        "why": f"The content of edition {lost} was lost, so readers have the content of edition "
        f"{whole} again. Anything published in between is waiting. Check it, then publish it.",
        "chosen": None,
        "number": None,
    }
    state_files.amend_last(open=[entry, *unmended()][:MOST], next=number + 1)


def _same(entry: Outcome) -> Outcome:
    return {name: value for name, value in entry.items() if name not in ("id", "at", "who")}


def _remainder(entry: Outcome, attempt: Attempt, state: str) -> Outcome | None:
    """What remains of an earlier outcome after this attempt, or None."""
    if entry["state"] == LOST:
        return entry
    if entry["source"] == ROLLBACK:
        is_over = attempt.source == ROLLBACK and (
            state == DONE or entry["number"] == attempt.number
        )
        return None if is_over else entry
    if entry["source"] != RELEASE:
        # Every edition has today's hours and leaves out what is withdrawn today.
        is_over = attempt.source != ROLLBACK and (
            state == DONE or entry["source"] == attempt.source
        )
        return None if is_over else entry
    if attempt.source != RELEASE or attempt.left is None:
        return entry
    named = [refusal for refusal in entry["refusals"] if refusal["record"]]
    if named:
        # This attempt tried the named records again, except those it left out.
        left = [refusal for refusal in named if tuple(refusal["record"][:2]) in attempt.left]
        return entry | {"refusals": left} if left else None
    if entry["chosen"] is None:
        return entry if attempt.left else None
    return entry if {tuple(name) for name in entry["chosen"]} & attempt.left else None
