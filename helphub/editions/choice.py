"""Which version of each record an edition is to have, and why some can't go out as they are."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Model

from helphub.content import tokens
from helphub.content.registry import Record, RecordName
from helphub.editions import bake, changing_over, scheduled
from helphub.editions.refusals import Refusal
from helphub.editions.standing import NEW, Standing, Waiting, record_with
from helphub.history import versions
from helphub.history.models import Version
from helphub.history.snapshots import State

# What each ticked record said when the officer saw it.
Fingerprints = dict[RecordName, str]

CHANGED = "“{}” has changed since you looked. Check it again, then tick it."


class Choice:
    """What an officer ticked among what waits, or everything that is not set for later."""

    def __init__(self, before: Path | None, fingerprints: Fingerprints | None) -> None:
        self.standing = Standing(before)
        self.fingerprints = None if before is None else fingerprints
        self.waiting = self.standing.waiting
        # Records that stay as readers have them: unticked, or set for later.
        if self.fingerprints is not None:
            self.left: set[RecordName] = set(self.waiting) - set(self.fingerprints)
        else:
            names = self.waiting if before else self.standing.newest
            self.left = set(names) & set(scheduled.held_back())

    def going(self, left_out: Iterable[RecordName]) -> set[RecordName]:
        """The records whose version changes for readers."""
        names = self.waiting if self.standing.folder else self.standing.newest
        return set(names) - self.left - set(left_out)

    def states(self, left_out: Iterable[RecordName]) -> dict[RecordName, State]:
        """The version of each record that the edition is to have."""
        going, newest = self.going(left_out), self.standing.newest
        gone = {name for name in newest if newest[name].is_deleted} - (set(self.waiting) - going)
        stay = {*self.left, *left_out, *self.standing.losing_links}
        chosen = {
            name: self.standing.before(name, gone)
            if name in stay
            else (None if version.is_deleted else versions.state_of(version))
            for name, version in sorted(newest.items())
            if name in going or name in self.standing.in_edition
        }
        if self.standing.folder is None:
            # Every edition was lost after these were set for later.
            chosen |= scheduled.states_before(self.left)
        return {name: state for name, state in chosen.items() if state and state.is_visible}

    def hidden(self, left_out: Iterable[RecordName]) -> set[RecordName]:
        """What is no longer withdrawn, but stays off the pages because nobody ticked it."""
        going = self.going(left_out)
        return {name for name in self.standing.lifted if record_with(name) not in going}

    def refusals(self, left_out: Iterable[RecordName]) -> list[Refusal]:
        """Ticked records that need others too, or that have changed since the officer looked."""
        if self.fingerprints is None:
            return []
        left = {*self.left, *left_out}
        going = {name: item for name, item in self.waiting.items() if name not in left}
        return [
            *(
                Refusal("changed", CHANGED.format(item.newest.name), [], _record_of(item.newest))
                for name, item in going.items()
                if item.fingerprint != self.fingerprints[name]
            ),
            *(
                Refusal("bake", fault.why, [], fault.record)
                for fault in [
                    *names_of_unticked(self.waiting, going),
                    *changing_over.left_behind(self.waiting, going.keys()),
                ]
            ),
        ]


UNTICKED = "which is new and not ticked. Tick it too."


def names_of_unticked(
    waiting: dict[RecordName, Waiting], ticked: Iterable[RecordName], what: str = UNTICKED
) -> Iterator[bake.Fault]:
    """Faults for ticked records that refer to a new, unticked one. Each fault names both."""
    going = set(ticked)
    new = {
        name: item.newest
        for name, item in waiting.items()
        if item.what == NEW and name not in going
    }
    by_token = {
        value: version
        for version in new.values()
        for field in ("slug", "line")
        if (value := version.contents["fields"].get(field))
    }
    for name in sorted(going & set(waiting)) if new else []:
        newest = waiting[name].newest
        if newest.is_deleted:
            continue
        for where, other in _new_names(newest, new, by_token).items():
            yield bake.Fault(
                _record_of(newest),
                f"“{newest.name}”: {where} refers to “{other.name}”, {what}",
            )


def _new_names(
    version: Version, new: dict[RecordName, Version], by_token: dict[str, Version]
) -> dict[str, Version]:
    """The new records that a version's fields and texts refer to, each with where they do."""
    model: type[Model] = apps.get_model(version.label)
    fields = version.contents["fields"]
    named = {}
    for field in bake.links(model):
        other = new.get((field.related_model._meta.label_lower, fields.get(field.name)))
        if other:
            named[f"its field “{field.verbose_name}”"] = other
    for text in _texts({"fields": fields, "rows": version.contents["rows"]}):
        for token in tokens.tokens_of(text):
            if token[1] in by_token:
                named[f"its text ({tokens.written(token)})"] = by_token[token[1]]
    return named


def _texts(value: Any) -> Iterator[str]:
    """Every text with a token in a version's contents."""
    if isinstance(value, str):
        if "{" in value:
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)


def _record_of(version: Version) -> Record:
    return Record(version.label, version.key, version.name)
