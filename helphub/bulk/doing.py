"""Does what a preview showed, all or nothing, and undoes it for a day."""

from dataclasses import dataclass, field

from django.contrib import admin
from django.db import IntegrityError
from django.utils import timezone

from helphub.bulk import asking_for_review, beside_records, of_records
from helphub.bulk.lines import LeftOutError, Line
from helphub.bulk.models import Batch, Done
from helphub.content.permissions import PUBLISH
from helphub.content.registry import content_model
from helphub.history import restoring, snapshots, versions
from helphub.history.recording import recording

ACTIONS = {
    action.name: action
    for action in (
        asking_for_review.AskForReview(),
        of_records.Publish(),
        of_records.TakeFromWaiting(),
        of_records.Archive(),
        beside_records.GiveToOwner(),
        of_records.AddAudience(),
        of_records.TakeAudience(),
        beside_records.AskTranslators(),
    )
}
MOST_AT_ONCE = 500  # So that one press takes seconds, and others can save meanwhile.
DELETED = "It has been deleted since."


@dataclass
class Outcome:
    """What came of a press: a batch, or why nothing was done."""

    batch: Batch | None = None
    is_again: bool = False  # It was done before, by the first press of the same button.
    faults: list[str] = field(default_factory=list)


def plan(request, action, model, keys, given) -> list[Line]:
    """What the action would do to each of these records, in their order. Deleted ones are gone."""
    rows = {row.pk: row for row in rows_of(request, model, keys)}
    return action.lines(request, model, [rows[key] for key in keys if key in rows], given)


def rows_of(request, model, keys):
    return admin.site.get_model_admin(model).get_queryset(request).filter(pk__in=keys)


def do(request, action, model, looked, given, once) -> Outcome:
    """Do what the officer looked at: {key: mark of its line}. If anything has changed, nothing."""
    try:
        with recording(request.user) as work:
            snapshots.lock(model, *looked)
            if batch := Batch.objects.filter(once=once).first():
                return Outcome(batch, is_again=True)
            lines = plan(request, action, model, list(looked), given)
            if faults := _changed_since(model, looked, lines):
                return Outcome(faults=faults)
            going = [line for line in lines if not line.why_not]
            if not going:
                return Outcome(faults=["There is nothing to do: all of them are left out."])
            work.why = _why(action.done_in_words(given), len(going))
            return Outcome(_do(request, action, model, going, given, once))
    except restoring.RefusedError as error:
        return Outcome(faults=error.reasons)
    except IntegrityError:
        return Outcome(faults=["Somebody did the same in this very moment. Look at it again."])


def _why(words, count):
    return words if count == 1 else f"{words}, with {count - 1} other{'s' * (count > 2)}"


def _do(request, action, model, lines, given, once):
    options = model._meta
    kind = options.verbose_name if len(lines) == 1 else options.verbose_name_plural
    batch = Batch.objects.create(
        once=once,
        action=action.name,
        label=options.label_lower,
        words=f"{action.done_in_words(given)}: {len(lines)} {kind}"[:300],
        who=request.user.get_username(),
    )
    kept = action.do(request, model, lines, given)
    Done.objects.bulk_create(
        Done(
            batch=batch,
            key=line.key,
            name=line.title[:200],
            before=kept[line.key][0],
            after=kept[line.key][1],
        )
        for line in lines
    )
    return batch


def _changed_since(model, looked, lines):
    """Why this is not what the officer looked at: a sentence for each record that has changed."""
    there = {line.key: line for line in lines}
    faults = []
    for key, mark in looked.items():
        if key not in there:
            newest = versions.of_record(model, key).first()
            name = newest.name if newest else f"{model._meta.verbose_name} {key}"
            faults.append(f"“{name}” has been deleted since you looked.")
        elif there[key].mark != mark:
            name = there[key].title
            faults.append(f"“{name}” has been changed since you looked. It is shown as it is now.")
    return faults


# Undoing


def may_undo(user, batch):
    """Whoever did it, or a publisher, if they may change such records."""
    app, _, name = batch.label.partition(".")
    is_theirs = batch.who == user.get_username() or user.has_perm(PUBLISH)
    return is_theirs and user.has_perm(f"{app}.change_{name}")


def why_not_undone(batch, rows):
    """Which rows of a batch cannot go back, and why: {key: why}."""
    model, action = content_model(batch.label), ACTIONS[batch.action]
    there = set(snapshots.existing(model, [row.key for row in rows]))
    now = action.now(model, [row for row in rows if row.key in there])
    return {
        row.key: DELETED if row.key not in there else action.changed_since
        for row in rows
        if row.key not in there or now.get(row.key) != row.after
    }


def undo(request, batch) -> int | None:
    """Return each record to what it was. Returns how many, or None if it was undone before."""
    model, action = content_model(batch.label), ACTIONS[batch.action]
    with recording(request.user, why=f"Undone: {batch.words}"):
        is_first = Batch.objects.filter(pk=batch.pk, undone_at=None).update(
            undone_by=request.user.get_username(), undone_at=timezone.now()
        )
        if not is_first:
            return None
        rows = list(batch.rows.all())
        snapshots.lock(model, *(row.key for row in rows))
        kept = why_not_undone(batch, rows)
        known = action.known(model, [row for row in rows if row.key not in kept])
        for row in rows:
            row.why_not = kept.get(row.key, "")
            if not row.why_not:
                _put_back(request, action, model, row, known)
        Done.objects.bulk_update(rows, ["is_undone", "why_not"])
    return sum(row.is_undone for row in rows)


def _put_back(request, action, model, row, known):
    try:
        action.put_back(request, model, row, known)
    except LeftOutError as error:
        row.why_not = str(error)[:500]
    else:
        row.is_undone = True
