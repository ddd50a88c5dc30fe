"""Takes a year's actions into its report: as they stood on its last day, from their versions."""

from datetime import datetime, time
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from helphub.content import clock, signals
from helphub.history import snapshots, versions
from strategy.models import Action, ActionUpdate, Priority, Strategy
from strategy.models.reports import FROZEN

UPDATES = ActionUpdate._meta.label_lower


class Taken(NamedTuple):
    """What was taken, and whether from the edition that readers had on the last day."""

    actions: int
    updates: int
    is_from_edition: bool


class Stood:
    """The records that readers had at the end of a day."""

    def __init__(self, day):
        self.day, self.had = day, signals.readers_had_on(day)

    def states(self, model):
        """The records of a kind that readers could see, as they stood: {key: State}."""
        label = model._meta.label_lower
        if self.had.versions is None:
            found = self._saved_by_then(label)
        else:
            own = {name: said for name, said in self.had.versions.items() if name[0] == label}
            found = versions.states_with(own)
        return {
            key: state
            for (_, key), state in found.items()
            if (label, key) not in self.had.withdrawn and self._is_shown(state)
        }

    def _saved_by_then(self, label):
        """The same without an edition of that day: what was saved and marked as visible."""
        end = timezone.make_aware(datetime.combine(self.day + clock.DAY, time.min))
        saved = versions.newest(label=label, at__lt=end).filter(is_visible=True, is_deleted=False)
        return {(version.label, version.key): versions.state_of(version) for version in saved}

    def _is_shown(self, state):
        day = self.day.isoformat()
        first, last = state.fields.get("starts_on"), state.fields.get("ends_on")
        return (not first or first <= day) and (not last or last >= day)


@transaction.atomic
def take(report):
    """Put the actions and updates of a report's year into it, in place of those it has."""
    if report.is_frozen or not report.is_over():
        raise ValidationError(FROZEN if report.is_frozen else "Its last day has not ended.")
    then, now = Stood(report.last_on), Stood(clock.today())
    actions = _actions(then, now)
    priorities = _priorities(then, {taken.action.priority_id for taken in actions})
    actions = [taken for taken in actions if taken.action.priority_id in priorities]
    copies = [
        _replace(report.priorities, [(row, {}) for row in priorities.values()]),
        _replace(
            report.actions,
            [
                (taken.action, {"reference": priorities[taken.action.priority_id].reference})
                for taken in actions
            ],
        ),
        _replace(
            report.updates,
            [
                (update, {"action": taken.action.slug})
                for taken in actions
                for update in _updates(report, taken.states, now.had.withdrawn)
            ],
        ),
    ]
    report.taken_on = clock.today()
    report.save()
    return Taken(*map(len, copies[1:]), then.had.versions is not None)


class Found(NamedTuple):
    """An action as it stood, and the versions of it that have its updates."""

    action: Action
    states: list


def _actions(then, now):
    """The actions that readers had then and that are not withdrawn, in readers' order."""
    today = now.states(Action)
    found = [
        Found(
            snapshots.instance_of(Action, key, state.fields),
            [state, today[key]] if key in today else [state],
        )
        for key, state in then.states(Action).items()
    ]
    return sorted(found, key=lambda taken: _order(taken.action))


def _strategies(then):
    """The state of each strategy then, or today if no version says which was in force."""
    said = {state.fields["slug"]: state.fields["state"] for state in then.states(Strategy).values()}
    if Strategy.State.IN_FORCE in said.values():
        return said
    return dict(Strategy.objects.values_list("slug", "state"))


def _priorities(then, with_actions):
    """The priorities of the strategy in force, and any others that have one of these actions.

    A strategy may be replaced in the middle of a year. Their words are those that readers had then.
    """
    states, strategies = then.states(Priority), _strategies(then)
    rows = [
        row
        for row in Priority.objects.order_by("strategy__first_year", *Priority._meta.ordering)
        if strategies.get(row.strategy_id) == Strategy.State.IN_FORCE
        or (row.pk in with_actions and strategies.get(row.strategy_id) != Strategy.State.DRAFT)
        if (Priority._meta.label_lower, row.pk) not in then.had.withdrawn
    ]
    return {
        row.pk: snapshots.instance_of(Priority, row.pk, states[row.pk].fields)
        if row.pk in states
        else row
        for row in rows
    }


def _order(action):
    """As readers see them: those that are due first come first."""
    return (action.due_on is None, action.due_on or clock.today(), action.position, action.slug)


def _updates(report, states, withdrawn):
    """The updates of the year, from the action's versions of then and now.

    An update may be written weeks after its date.
    """
    rows = {}
    for state in states:
        rows |= state.rows.get(UPDATES, {})
    updates = [
        snapshots.instance_of(ActionUpdate, int(key), fields)
        for key, fields in rows.items()
        if (UPDATES, int(key)) not in withdrawn
    ]
    own = [update for update in updates if report.first_on <= update.dated <= report.last_on]
    return sorted(own, key=lambda update: (update.dated, update.position))


def _copy(model, source, values):
    """A row of a report with all that it and its source both say, in every language."""
    said = {field.name for field in snapshots.own_fields(type(source))} - {"position", *values}
    shared = [field.name for field in snapshots.own_fields(model) if field.name in said]
    return model(**{name: getattr(source, name) for name in shared} | values)


def _replace(rows, sources):
    """Copy these, each with values of its own, in place of a report's rows of one kind."""
    rows.all().delete()
    copies = [_copy(rows.model, source, values) for source, values in sources]
    for position, copy in enumerate(copies, 1):
        copy.report, copy.position = rows.instance, position
    rows.bulk_create(copies)
    if sources:
        of_sources = {source.pk: copy for (source, _), copy in zip(sources, copies, strict=True)}
        signals.copied.send(type(sources[0][0]), copies=of_sources)
    return copies
