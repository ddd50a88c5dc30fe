"""What came of publications, and what of it nobody has mended yet.

A refusal stays until a later publication takes in what was refused, or until somebody dismisses it.
It is kept with the editions: readers' servers say it to alarms, and ask no database.
"""

import time
from dataclasses import dataclass, field

from helphub.edition import store

DONE, REFUSED, FAILED = "done", "refused", "failed"
HELD = "held"  # It went out, without the entries that it names.
LOST = "lost"  # Readers went back to older content, because that of an edition was lost.
# What officers release, one entry or many; going back; and what takes content that readers have.
RELEASE, ROLLBACK = "release", "rollback"
MOST = 30


@dataclass
class Attempt:
    """One publication on its way."""

    source: str
    who: str
    chosen: list | None = None  # The records that were ticked, (label, key). None: all that wait.
    number: int | None = None  # The edition to go back to.
    # The records that wait and that it does not take in; None while that is not known.
    left: set | None = field(default=None)


def unmended():
    """What was refused, failed or held back, and is so still: the newest first."""
    return list((store.last() or {}).get("open", []))


def note(attempt, state, refusals=(), why="", number=None):
    """How an attempt ended: it takes the place of what earlier ones said of the same records."""
    refusals = [one.as_json() for one in refusals]
    entry = {
        "id": (store.last() or {}).get("next", 1),
        "at": time.time(),
        "source": attempt.source,
        "who": attempt.who,
        "state": HELD if state == DONE and refusals else state,
        "refusals": refusals,
        "why": why,
        "chosen": None if attempt.chosen is None else [list(one) for one in attempt.chosen],
        "number": attempt.number,
    }
    is_open = entry["state"] != DONE
    kept = [one for one in (_rest(one, attempt, state) for one in unmended()) if one]
    kept = [one for one in kept if _same(one) != _same(entry)]
    if is_open:
        kept.insert(0, entry)
    store.set_last(
        state=state,
        who=attempt.who,
        number=number,
        why=why,
        refusals=refusals,
        open=kept[:MOST],
        next=entry["id"] + is_open,
        entry=entry["id"] if is_open else None,
    )


def dismiss(number):
    """Take one off the list, on the word of an officer; whether it was there."""
    found = unmended()
    kept = [one for one in found if one["id"] != number]
    store.amend_last(open=kept)
    return kept != found


def note_lost(lost, ground):
    """Readers are back at an older edition's content, because that of a newer one was lost."""
    number = (store.last() or {}).get("next", 1)
    entry = {
        "id": number,
        "at": time.time(),
        "source": "current",
        "who": "the publisher",
        "state": LOST,
        "refusals": [],
        "why": f"The content of edition {lost} was lost: readers have that of edition {ground} "
        "again. What was published in between waits to go out. Look at it, and publish it.",
        "chosen": None,
        "number": None,
    }
    store.amend_last(open=[entry, *unmended()][:MOST], next=number + 1)


def _same(entry):
    return {name: one for name, one in entry.items() if name not in ("id", "at", "who")}


def _rest(entry, attempt, state):
    """What is left of an earlier outcome after this attempt, or nothing."""
    if entry["state"] == LOST:
        return entry
    if entry["source"] == ROLLBACK:
        is_over = attempt.source == ROLLBACK and (
            state == DONE or entry["number"] == attempt.number
        )
        return None if is_over else entry
    if entry["source"] != RELEASE:
        # Each edition has today's hours, and lacks what is withdrawn today.
        is_over = attempt.source != ROLLBACK and (
            state == DONE or entry["source"] == attempt.source
        )
        return None if is_over else entry
    if attempt.source != RELEASE or attempt.left is None:
        return entry
    named = [one for one in entry["refusals"] if one["record"]]
    if named:
        # Whoever is named was tried again, unless it waits and was left out.
        kept = [one for one in named if tuple(one["record"][:2]) in attempt.left]
        return entry | {"refusals": kept} if kept else None
    if entry["chosen"] is None:
        return entry if attempt.left else None
    return entry if {tuple(one) for one in entry["chosen"]} & attempt.left else None
