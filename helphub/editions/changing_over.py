"""One strategy is in force: the old one and the new go out together, or neither does."""

from collections.abc import Collection, Iterator
from typing import Any

from helphub.content.registry import Record, RecordName
from helphub.editions import bake
from helphub.editions.refusals import Refusal
from helphub.editions.standing import Waiting
from helphub.history.models import Version
from strategy.models import Strategy

LABEL = Strategy._meta.label_lower
MOST_NAMED = 3


def left_behind(
    waiting: dict[RecordName, Waiting], going: Collection[RecordName]
) -> Iterator[bake.Fault]:
    """Faults for a strategy that goes out without another one, or without its own rows."""
    strategies = {name: item.newest for name, item in waiting.items() if name[0] == LABEL}
    stay = [item.newest for name, item in waiting.items() if name not in going]
    for name in strategies.keys() & going:
        strategy = strategies[name]
        others = [version for version in stay if version.label == LABEL]
        if not strategy.is_deleted and _fields(strategy)["state"] == Strategy.State.IN_FORCE:
            years = _fields(strategy)["slug"]
            others += [version for version in stay if _fields(version).get("strategy") == years]
        if others:
            names = "; ".join(f"“{version.name[:60]}”" for version in others[:MOST_NAMED])
            more = len(others) - MOST_NAMED
            yield bake.Fault(
                Record(LABEL, strategy.key, strategy.name),
                f"“{strategy.name}” goes out together with {names}"
                f"{f' and {more} more' if more > 0 else ''}, not ticked. Tick all of them.",
            )


def _fields(version: Version) -> dict[str, Any]:
    fields: dict[str, Any] = version.contents["fields"]
    return fields


def refusals(rows: bake.Rows) -> list[Refusal]:
    """An edition with two strategies in force, or with none though one has been replaced."""
    table = rows.get(Strategy, {})
    in_force = [row for row in table.values() if row["state"] == Strategy.State.IN_FORCE]
    is_any_replaced = any(row["state"] == Strategy.State.REPLACED for row in table.values())
    if len(in_force) == 1 or not (in_force or is_any_replaced):
        return []
    why = (
        "Two strategies would be in force at once."
        if in_force
        else "No strategy would be in force, though one has been replaced."
    )
    why += " Publish the old strategy and the new one together."
    row = in_force[-1] if in_force else next(iter(table.values()))
    return [Refusal("strategies", why, [], bake.record_of(Strategy, row), stops=True)]
