"""Puts a draft in force, and takes that back: both strategies change at once."""

from django.core.exceptions import ValidationError

from helphub.history import snapshots
from helphub.history.recording import recording
from strategy.models import Strategy

State = Strategy.State


def put_in_force(user, draft, old):
    """The draft is in force and the old one replaced. Raises ValidationError if neither can be."""
    with recording(user, f"Put in force: {draft}"[:200]):
        _change({old: State.REPLACED, draft: State.IN_FORCE})


def put_back(user, old, present):
    """The replaced one is in force again, and the present one a draft again."""
    if other := Strategy.objects.draft():
        raise ValidationError(
            f"“{other}” is a draft, and there can only be one. Finish or delete it first."
        )
    with recording(user, f"Put in force again: {old}"[:200]):
        _change({present: State.DRAFT, old: State.IN_FORCE})


def _change(states):
    """Change these in this order, so that two are never in force at once."""
    strategies = [strategy for strategy in states if strategy]
    snapshots.lock(Strategy, *(strategy.pk for strategy in strategies))
    for strategy in strategies:
        before = Strategy.objects.get(pk=strategy.pk)
        if before.state != strategy.state:
            raise ValidationError("Somebody has changed this meanwhile. Look at it again.")
        strategy.state = states[strategy]
        strategy.full_clean()
        strategy.save()
