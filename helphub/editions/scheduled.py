"""What is set to go out at a later moment, and so stays out of every publication until then."""

from collections.abc import Collection

from helphub.content.registry import RecordName
from helphub.editions.models import ScheduledChange
from helphub.history import versions
from helphub.history.snapshots import State


def held_back() -> dict[RecordName, ScheduledChange]:
    """The changes whose moment has not come, by record."""
    return {change.record: change for change in ScheduledChange.objects.waiting()}


def states_before(names: Collection[RecordName]) -> dict[RecordName, State]:
    """What readers had of these records when their changes were set for later."""
    changes = held_back()
    return versions.states_with(
        {name: changes[name].before for name in names if name in changes and changes[name].before}
    )
