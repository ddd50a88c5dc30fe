"""Changes that go out at a moment: set, moved, cancelled, and published when it comes.

The version that was agreed to goes out, or none. If a record was changed after its moment was set,
a publisher has to look again.
"""

from collections import defaultdict
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone

from helphub.content import moments
from helphub.content.permissions import PUBLISH
from helphub.editions import choice, state_files
from helphub.editions.models import PublicationRequest, ScheduledChange
from helphub.editions.refusals import Refusal
from helphub.publishing.pending import WaitingList
from helphub.publishing.requests import Kind, State

Outcome = ScheduledChange.Outcome

# What goes out this long after its moment is said to be late.
LATE = timedelta(minutes=10)
SHOWN_FOR = timedelta(days=30)

LATER = "which is new and would not be out by then. Set both for the same moment."
DELETED = "It has been deleted since."
WITHDRAWN = "It is withdrawn from every page."
NOT_WAITING = "Readers have it already, or someone has undone the change."
CHANGED = "It was changed after its moment was set. Look at it again, then set its moment again."
NO_RIGHT = "{} can no longer publish. Another publisher has to set its moment again."
BEING_PUBLISHED = "“{}” is being published just now."
SET_BY_OTHERS = "Someone else has just set “{}” for later. Look at it again."


class AlreadySetError(Exception):
    """Another officer set the same record at the same time. The message names it."""


# What stands in the way


def problems(waiting_list, changes):
    """Why changes cannot go out as they are: {primary key: why}."""
    may = {who: _may_publish(who) for who in {change.who for change in changes}}
    found = {
        change.pk: why
        for change in changes
        if (why := _fault(change, waiting_list, may[change.who]))
    }
    by_moment = defaultdict(list)
    for change in changes:
        if change.pk not in found:
            by_moment[change.goes_out_at].append(change)
    out = set()
    for moment in sorted(by_moment):
        together = by_moment[moment]
        left = _leaning_on_others(waiting_list, together, out)
        found |= left
        out |= {change.record for change in together if change.pk not in left}
    return found


def _leaning_on_others(waiting_list, together, out):
    """Those of one moment that refer to something new that is not out by then: {key: why}."""
    left, before = {}, None
    while left != before:  # Without one of them, another may lean on nothing.
        before = dict(left)
        going = out | {change.record for change in together if change.pk not in left}
        whys = faults_of_moment(waiting_list, going)
        left |= {
            change.pk: whys[change.record]
            for change in together
            if change.pk not in left and change.record in whys
        }
    return left


def faults_of_moment(waiting_list, going):
    """Why some of these records cannot go out without others: {record: why}."""
    faults = choice.names_of_unticked(waiting_list.compared.waiting, going, LATER)
    return {fault.record[:2]: fault.why for fault in faults}


def _fault(change, waiting_list, may_publish):
    """Why a change cannot go out by itself, or ""."""
    now = waiting_list.by_name.get(change.record)
    newest = waiting_list.compared.newest.get(change.record)
    if change.record in waiting_list.compared.withdrawn:
        return WITHDRAWN
    if now and now.fingerprint == change.fingerprint:
        return "" if may_publish else NO_RIGHT.format(change.who)
    if newest is None or newest.is_deleted:
        return DELETED
    return CHANGED if now else NOT_WAITING


def _may_publish(name):
    user = get_user_model().objects.filter(username=name, is_active=True).first()
    return user is not None and user.has_perm(PUBLISH)


def being_published(names):
    """Those of these records that the publisher has been asked for and has not published yet."""
    unfinished = PublicationRequest.objects.filter(
        kind=Kind.RELEASE, state__in=[State.WAITING, State.RUNNING]
    )
    asked = {tuple(name) for request in unfinished for name in request.chosen or ()}
    return sorted(set(names) & asked)


# Setting, moving, cancelling


@transaction.atomic
def set_for(waiting_list, names, moment, who, why):
    """Set what waits of these records to go out at a moment. All of them, or none."""
    for name in sorted(names):
        try:
            _set(waiting_list, name, moment, who, why)
        except IntegrityError as error:
            raise AlreadySetError(SET_BY_OTHERS.format(waiting_list.name_of(name))) from error


def _set(waiting_list, name, moment, who, why):
    item = waiting_list.by_name[name]
    return ScheduledChange.objects.create(
        label=name[0],
        key=name[1],
        name=item.title[:200],
        fingerprint=item.fingerprint,
        before=waiting_list.compared.in_edition.get(name, ""),
        goes_out_at=moment,
        who=who,
        why=why,
    )


def end(change, outcome, who="", **values):
    """End a change that still waits. Returns whether it did: somebody else may have been first."""
    waiting = ScheduledChange.objects.waiting().filter(pk=change.pk)
    return bool(waiting.update(outcome=outcome, ended_by=who, ended_at=timezone.now(), **values))


@transaction.atomic
def move(waiting_list, change, moment, who, why):
    """Set it anew, as it is saved now. Returns the new row, or None if it no longer waits."""
    if not end(change, Outcome.MOVED, who):
        return None
    return _set(waiting_list, change.record, moment, who, why)


def publish_now(waiting_list, change, who, why):
    """Ask the publisher for a record as it is saved now, without waiting for its moment.

    Returns the request, or None if the change no longer waits.
    """
    item = waiting_list.by_name[change.record]
    with transaction.atomic():
        request = PublicationRequest.objects.create(
            kind=Kind.RELEASE,
            who=who,
            why=why,
            chosen=[list(item.name)],
            fingerprints=[item.fingerprint],
        )
        if end(change, Outcome.ASKED, who, publication=request):
            return request
        transaction.set_rollback(True)
    return None


# When the moment comes


def go_out():
    """Ask the publisher for all that is due, as one publication. Called once a minute."""
    due = list(ScheduledChange.objects.waiting().filter(goes_out_at__lte=timezone.now()))
    unfinished = PublicationRequest.objects.filter(state__in=[State.WAITING, State.RUNNING])
    if not due or state_files.pinned() or unfinished.exists():
        return  # It waits until readers get new editions again, and until its turn.
    waiting_list = WaitingList()
    if waiting_list.folder is None:
        return
    # Everything due goes out together, so a moment gone by does not count any more.
    for change in due:
        change.goes_out_at = due[0].goes_out_at
    whys = problems(waiting_list, due)
    for change in due:
        if change.pk in whys:
            end(change, Outcome.REFUSED, why_not=whys[change.pk])
    if going := [change for change in due if change.pk not in whys]:
        _ask(going)


@transaction.atomic
def _ask(changes):
    """Ask for exactly these versions, in the name of whoever set them."""
    officers = ", ".join(sorted({change.who for change in changes}))
    reasons = "; ".join(sorted({change.why for change in changes}))
    request = PublicationRequest.objects.create(
        kind=Kind.RELEASE,
        who=officers[:150],
        why=f"Set for later: {reasons}"[:300],
        chosen=[list(change.record) for change in changes],
        fingerprints=[change.fingerprint for change in changes],
    )
    ended = [end(change, Outcome.ASKED, publication=request) for change in changes]
    if not all(ended):
        # Somebody has just moved or cancelled one. The rest goes in a minute.
        transaction.set_rollback(True)


# How it ended


def result_of(change):
    """How a change ended, in words, and whether readers lack it: (words, is_refused)."""
    moment = moments.in_words(change.ended_at) if change.ended_at else ""
    if change.outcome == Outcome.CANCELLED:
        return f"Cancelled by {change.ended_by}, {moment}.", False
    if change.outcome == Outcome.MOVED:
        return f"Moved by {change.ended_by}, {moment}.", False
    if change.outcome == Outcome.REFUSED:
        return f"Not published. {change.why_not}", True
    publication = change.publication
    if publication is None:
        return f"Asked for, {moment}.", False
    if publication.state in (State.WAITING, State.RUNNING):
        return "Being published now.", False
    if whys := _refusals(change, publication):
        return f"Not published. {' '.join(whys)}", True
    return _published(change, publication), False


def _refusals(change, publication):
    """Why its publication was refused, or left it out. Empty if readers have it."""
    report = publication.report
    if publication.state == State.DONE:
        held = map(Refusal.from_json, report.get("held", []))
        return [row.why for row in held if row.record and row.record[:2] == change.record]
    refusals = map(Refusal.from_json, report.get("refusals", []))
    return [row.why for row in refusals] or [report.get("error") or "The publication failed."]


def _published(change, publication):
    finished = publication.finished_at or change.ended_at
    words = f"Published {moments.in_words(finished)}, edition {publication.report.get('number')}."
    if change.ended_by:
        return f"{words} {change.ended_by} did not wait for its moment."
    if change.ended_at - change.goes_out_at <= LATE:
        return words
    return (
        f"{words} This was late: when it was due, the publisher was not running, or readers had "
        "been taken back to an earlier edition."
    )


def _lately():
    """What waits and what ended lately, but for what was moved. The newest row of a record last."""
    since = timezone.now() - SHOWN_FOR
    rows = ScheduledChange.objects.waiting() | ScheduledChange.objects.filter(ended_at__gte=since)
    rows = rows.exclude(outcome=Outcome.MOVED).select_related("publication")
    return list(rows.order_by("pk"))


def ended():
    """What ended lately and was not just moved, newest first: [(change, words, is_refused)]."""
    rows = [change for change in _lately() if change.ended_at]
    rows.sort(key=lambda change: change.ended_at, reverse=True)
    return [(change, *result_of(change)) for change in rows]


def in_need():
    """What a publisher has to look at: it cannot go out, or could not when due. [(change, why)]

    What a publication left out is not here: officers are told of it as of any other.
    """
    newest = {change.record: change for change in _lately()}.values()
    waiting = [change for change in newest if change.outcome == Outcome.WAITING]
    refused = [change for change in newest if change.outcome == Outcome.REFUSED]
    if not waiting and not refused:
        return []
    waiting_list = WaitingList()
    whys = problems(waiting_list, waiting)
    return [
        *((change, whys[change.pk]) for change in waiting if change.pk in whys),
        *((row, result_of(row)[0]) for row in refused if row.record in waiting_list.by_name),
    ]
