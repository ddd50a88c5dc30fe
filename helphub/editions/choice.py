"""Which of the waiting records an officer ticked, and why these can't go out as they are."""

from collections.abc import Iterable

from django.apps import apps
from django.db.models import Model

from helphub.content import tokens
from helphub.content.registry import Record, RecordName
from helphub.editions import bake, diff
from helphub.editions.refusals import Refusal

# What each ticked record said when the officer saw it.
Fingerprints = dict[RecordName, str]

CHANGED = "“{}” has changed since you looked. Check it again, then tick it."


class Choice:
    """Which of the waiting records to publish, if an officer chose among them."""

    def __init__(
        self,
        base: bake.Rows,
        previous: bake.Rows | None,
        withdrawn: Iterable[RecordName],
        fingerprints: Fingerprints | None,
    ) -> None:
        self.fingerprints = None if previous is None else fingerprints
        self.left: set[RecordName] = set()  # Unticked records, which stay as they are.
        if previous is None or fingerprints is None:
            return
        self.now, self.before = bake.copied(base), previous
        bake.withdraw(self.now, withdrawn)
        self.waiting = {
            difference.name: difference for difference in diff.differences(self.now, previous)
        }
        self.left = set(self.waiting) - set(fingerprints)

    def refusals(self, left_out: Iterable[RecordName]) -> list[Refusal]:
        """Ticked records that need others too, or that have changed since the officer looked."""
        if self.fingerprints is None:
            return []
        left = {*self.left, *left_out}
        going = set(self.waiting) - left
        changed = [
            self.waiting[name].record
            for name in sorted(going)
            if diff.fingerprint_of(self.waiting[name], self.now) != self.fingerprints[name]
        ]
        return [
            *(Refusal("changed", CHANGED.format(record.name), [], record) for record in changed),
            *(
                Refusal("bake", fault.why, [], fault.record)
                for fault in names_of_unticked(self.now, self.before, going, left)
            ),
        ]


def names_of_unticked(
    now: bake.Rows, before: bake.Rows, ticked: set[RecordName], unticked: set[RecordName]
) -> list[bake.Fault]:
    """Faults for ticked records that refer to a new, unticked one. Each fault names both."""
    new = _new_records(now, before, unticked)
    if not new:
        return []
    by_token = {
        slug: record
        for (model, key), record in new.items()
        for slug in (now[model][key].get("slug"), now[model][key].get("line"))
        if slug
    }
    ours = diff.Owners(now, before).all()
    faults = []
    for name in sorted(ticked):
        model, key = apps.get_model(name[0]), name[1]
        if key not in now[model]:
            continue
        named: dict[Record, str] = {}
        for table, number in ours.get(name, []):
            row = now[table][number]
            named |= _named_in_fields(table, row, new) | _named_in_texts(row, by_token)
        own = bake.record_of(model, now[model][key])
        faults += [
            bake.Fault(
                own,
                f"“{own.name}”: {where} refers to “{record.name}”, which is new and not ticked. "
                "Tick it too.",
            )
            for record, where in named.items()
        ]
    return faults


def _new_records(
    now: bake.Rows, before: bake.Rows, names: Iterable[RecordName]
) -> dict[bake.RowKey, Record]:
    """Which of these records readers don't have yet: {(model, key): record}."""
    new = {}
    for label, key in names:
        model = apps.get_model(label)
        if key in now[model] and key not in before[model]:
            new[model, key] = bake.record_of(model, now[model][key])
    return new


def _named_in_fields(
    model: type[Model], row: bake.Row, new: dict[bake.RowKey, Record]
) -> dict[Record, str]:
    """The new records that a row's fields refer to, each with where it does."""
    named = {}
    for field in bake.links(model):
        if field.target_field.primary_key and (bake.is_entry(model) or not field.null):
            record = new.get((field.related_model, row[field.attname]))
            if record:
                named[record] = f"its field “{field.verbose_name}”"
    return named


def _named_in_texts(row: bake.Row, by_token: dict[str, Record]) -> dict[Record, str]:
    """The new records that a row's texts link to, each with where they do."""
    return {
        by_token[token[1]]: f"its text ({tokens.written(token)})"
        for value in row.values()
        if isinstance(value, str) and "{" in value
        for token in tokens.tokens_of(value)
        if token[1] in by_token
    }
