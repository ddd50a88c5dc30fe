"""What is set for later, as officers see it: under its moment, moved, cancelled."""

from itertools import groupby
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from helphub.content import moments
from helphub.content.permissions import PUBLISH, SEE, for_officers
from helphub.editions import choice
from helphub.editions.models import ScheduledChange
from helphub.history.models import Version
from helphub.publishing import moment_form, scheduled
from helphub.publishing.pending import WaitingList
from helphub.publishing.requests import AGAIN, warn_without_publisher, why_not_now


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


def faults_of_why(why):
    """What is wrong with the reason that an officer gives."""
    if not why:
        yield "Say why, in a few words. Every officer sees it beside the edition."
    if len(why) > 300:
        yield "Say why in 300 characters or fewer."


CHANGED = "“{}” has changed since you looked. Look at it below, then press “{}” again."
NEW = "which is new. Publish that first."
GONE = "That was not waiting for its moment any more. Nothing was changed."


@for_officers(SEE, PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request, context, key):
    """One change that is set for later: what it says; publish it now, move it or cancel it."""
    row = get_object_or_404(ScheduledChange.objects.select_related("publication"), pk=key)
    waiting_list = WaitingList()
    item = waiting_list.by_name.get(row.record)
    form = moment_form.MomentForm(initial=moment_form.shown(row.goes_out_at))
    faults, why = [], row.why
    if request.method == "POST":
        if not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        why = request.POST.get("why", "").strip()
        if "now" not in request.POST and "cancel" not in request.POST:
            form = moment_form.MomentForm(request.POST)
        done, faults = _press(request, waiting_list, row, form, why)
        if done:
            return done
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
            "readers_version": _readers_version(row),
            "form": form,
            "faults": faults,
            "is_now": "now" in request.POST,
            "why": why,
            "may_publish": request.user.has_perm(PUBLISH),
        },
    )


def _readers_version(row):
    """The version that readers had when this was set, or None."""
    stored = Version.objects.filter(label=row.label, key=row.key, is_deleted=False)
    return stored.filter(fingerprint=row.before).order_by("-pk").first() if row.before else None


def _press(request, waiting_list, row, form, why):
    """Do what was pressed. Returns where to go then, or why it cannot be done."""
    item = waiting_list.by_name.get(row.record)
    if "cancel" in request.POST:
        return _cancel(request, row), []
    if "now" in request.POST:
        if row.outcome == ScheduledChange.Outcome.ASKED:  # A double click.
            messages.info(request, AGAIN)
            return redirect("publishing:editions"), []
        faults = _faults_of_now(request, waiting_list, row, item, why)
        return None if faults else _publish_now(request, waiting_list, row, why), faults
    faults = _faults_of_move(request, waiting_list, row, item, form, why)
    return None if faults else _move(request, waiting_list, row, form.moment, why), faults


def _all(row, waiting_list):
    """This change with all the others: it may lean on one of them."""
    others = [other for other in waiting_list.scheduled.values() if other.pk != row.pk]
    return [row, *others]


def _faults_of_move(request, waiting_list, row, item, form, why):
    faults = []
    if not form.is_valid():
        faults += [error for errors in form.errors.values() for error in errors]
    faults += _faults_of_look(request, row, item, why, "Set")
    return faults + (faults_of(waiting_list, {row.record}, form.moment) if item else [])


def _faults_of_look(request, row, item, why, button):
    """What is wrong with the reason, or with what the officer saw on the page."""
    yield from faults_of_why(why)
    if item is None:
        yield f"“{row.name}” is no longer waiting. Cancel this instead."
    elif request.POST.get("looked") != item.fingerprint:
        yield CHANGED.format(item.title, button)


def _faults_of_now(request, waiting_list, row, item, why):
    """Why a change cannot go out before its moment."""
    faults = [*_faults_of_look(request, row, item, why, "Publish it now")]
    if pinned := why_not_now():
        faults.append(pinned)
    if item:
        faults += faults_of(waiting_list, {row.record}, None)
        new = choice.names_of_unticked(waiting_list.compared.waiting, {row.record}, NEW)
        faults += [fault.why for fault in new]
    return faults


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


def _publish_now(request, waiting_list, row, why):
    if scheduled.publish_now(waiting_list, row, request.user.get_username(), why):
        messages.info(request, f"“{row.name}” is being published now. This page shows the result.")
        warn_without_publisher(request)
        _warn_of_others(request)
        return redirect("publishing:editions")
    messages.warning(request, GONE)
    return redirect("publishing:coming")


def _warn_of_others(request):
    """Say what can no longer go out, because it refers to what has just been moved or cancelled."""
    for row in rows(WaitingList()):
        if row.problem and scheduled.LATER in row.problem:
            messages.warning(request, f"{row.problem} Set for {row.moment}.")
