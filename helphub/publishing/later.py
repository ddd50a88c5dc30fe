"""What is set for later, as officers see it: under its moment, moved, cancelled."""

from itertools import groupby
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from helphub.content import moments
from helphub.content.permissions import PUBLISH, SEE, for_officers
from helphub.editions.models import ScheduledChange
from helphub.publishing import moment_form, scheduled
from helphub.publishing.pending import WaitingList


class Later(NamedTuple):
    """A change that is set for later, and why it cannot go out as it is, if so."""

    change: ScheduledChange
    problem: str
    item: object  # What waits of the record, or None.

    @property
    def moment(self):
        return moments.exactly(self.change.goes_out_at)

    @property
    def time(self):
        """The time of day alone."""
        return self.moment.partition(", ")[2]


def rows(waiting_list):
    """All that is set for later, in the order it goes out."""
    changes = sorted(waiting_list.scheduled.values(), key=lambda change: change.goes_out_at)
    problems = scheduled.problems(waiting_list, changes) if changes else {}
    return [
        Later(change, problems.get(change.pk, ""), waiting_list.by_name.get(change.record))
        for change in changes
    ]


def by_moment(waiting_list):
    """The same, grouped: [(moment in words, rows)]."""
    grouped = groupby(rows(waiting_list), key=lambda row: row.moment)
    return [(moment, list(together)) for moment, together in grouped]


def is_set(waiting_list, names, moment, officer):
    """Whether an officer has set exactly this already."""
    changes = [waiting_list.scheduled.get(name) for name in names]
    return bool(changes) and all(
        change and change.goes_out_at == moment and change.who == officer for change in changes
    )


def faults_of(waiting_list, ticked, moment):
    """Why these records cannot be set for this moment, each with the record's name."""
    faults = [
        scheduled.BEING_PUBLISHED.format(waiting_list.name_of(name))
        for name in scheduled.being_published(ticked)
    ]
    withdrawn = sorted(set(ticked) & waiting_list.compared.withdrawn)
    faults += [f"“{waiting_list.name_of(name)}”: {scheduled.WITHDRAWN}" for name in withdrawn]
    if moment is None:
        return faults
    out = {
        change.record
        for change in waiting_list.scheduled.values()
        if change.goes_out_at <= moment and change.record not in ticked
    }
    whys = scheduled.faults_of_moment(waiting_list, out | set(ticked))
    return faults + [why for name, why in whys.items() if name in ticked]


CHANGED = "“{}” has changed since you looked. Look at it below, then press “Set” again."
GONE = "That was not waiting for its moment any more. Nothing was changed."


@for_officers(SEE, PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request, context, key):
    """One change that is set for later: what it says, and the buttons to move and to cancel it."""
    row = get_object_or_404(ScheduledChange.objects.select_related("publication"), pk=key)
    waiting_list = WaitingList()
    item = waiting_list.by_name.get(row.record)
    form = moment_form.MomentForm(initial=moment_form.shown(row.goes_out_at))
    faults, why = [], row.why
    if request.method == "POST":
        if not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        if "cancel" in request.POST:
            return _cancel(request, row)
        form, why = moment_form.MomentForm(request.POST), request.POST.get("why", "").strip()
        faults = _faults_of_move(request, waiting_list, row, item, form, why)
        if not faults:
            return _move(request, waiting_list, row, form.moment, why)
    return render(
        request,
        "admin/publishing/later.html",
        context
        | {
            "title": row.name,
            "row": row,
            "item": item,
            "moment": moments.exactly(row.goes_out_at),
            "is_waiting": row.outcome == ScheduledChange.Outcome.WAITING,
            "result": scheduled.result_of(row)[0],
            "problem": scheduled.problems(waiting_list, _all(row, waiting_list)).get(row.pk, ""),
            "changes": waiting_list.changes(row.record) if item else None,
            "form": form,
            "faults": faults,
            "why": why,
            "may_publish": request.user.has_perm(PUBLISH),
        },
    )


def _all(row, waiting_list):
    """This change with all the others: it may lean on one of them."""
    others = [other for other in waiting_list.scheduled.values() if other.pk != row.pk]
    return [row, *others]


def _faults_of_move(request, waiting_list, row, item, form, why):
    faults = []
    if not form.is_valid():
        faults += [error for errors in form.errors.values() for error in errors]
    if not why or len(why) > 300:
        faults.append("Say why, in 300 characters or fewer.")
    if item is None:
        faults.append(f"“{row.name}” is no longer waiting. Cancel this instead.")
        return faults
    if request.POST.get("looked") != item.fingerprint:
        faults.append(CHANGED.format(item.title))
    return faults + faults_of(waiting_list, {row.record}, form.moment)


def _cancel(request, row):
    if scheduled.end(row, ScheduledChange.Outcome.CANCELLED, request.user.get_username()):
        messages.info(
            request, f"Cancelled. “{row.name}” waits until somebody publishes it, as before."
        )
        _warn_of_others(request)
    else:
        messages.warning(request, GONE)
    return redirect("publishing:coming")


def _move(request, waiting_list, row, moment, why):
    if scheduled.move(waiting_list, row, moment, request.user.get_username(), why):
        messages.info(request, f"“{row.name}” is now set for {moments.exactly(moment)}.")
        _warn_of_others(request)
    else:
        messages.warning(request, GONE)
    return redirect("publishing:coming")


def _warn_of_others(request):
    """Say what can no longer go out, because it refers to what has just been moved or cancelled."""
    for row in rows(WaitingList()):
        if row.problem and scheduled.LATER in row.problem:
            messages.warning(request, f"{row.problem} Set for {row.moment}.")
