"""The pages of what is waiting to be published, where an officer ticks what readers get."""

import re
import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from helphub.content import moments, registry
from helphub.content.forms import token_of
from helphub.content.permissions import PUBLISH, SEE, for_officers
from helphub.editions import choice
from helphub.editions.models import PublicationRequest
from helphub.languages import same_meaning
from helphub.publishing import later, preview, scheduled
from helphub.publishing.moment_form import MomentForm
from helphub.publishing.pending import WaitingEntry, WaitingList
from helphub.publishing.requests import AGAIN, Kind, State, warn_without_publisher, why_not_now

MOST_NAMED = 3
MOST_SHOWN = 30  # If more records are waiting, their differences are a click away.


@for_officers(SEE, PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request, context):
    """What is waiting to be published. An officer ticks what to publish; the rest keeps waiting."""
    waiting_list = WaitingList()
    faults, ticked, form = [], set(), MomentForm()
    if request.method == "POST":
        if not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        ticked, form = _ticked(request), _moment_form(request)
        faults = _do(request, waiting_list, ticked, form)
        if not faults:
            return redirect(f"publishing:{'coming' if _is_for_later(request) else 'editions'}")
    return render(
        request,
        "admin/publishing/waiting.html",
        context
        | {
            "title": "Waiting to be published",
            "waiting_list": waiting_list,
            "waiting": _entries_on_page(waiting_list, ticked),
            "later": later.by_moment(waiting_list),
            "looked": " ".join(
                f"{item.value}:{item.fingerprint}" for item in waiting_list.unscheduled
            ),
            "faults": faults,
            "form": form,
            "is_for_later": _is_for_later(request),
            "why": request.POST.get("why", ""),
            "all": "all" in request.POST,
            "once": uuid.uuid4(),
            "may_publish": request.user.has_perm(PUBLISH),
        },
    )


def _is_for_later(request):
    return "later" in request.POST


def _moment_form(request):
    """The form for a moment. Nobody who leaves it empty and publishes is told to fill it in."""
    form = MomentForm(request.POST)
    return form if _is_for_later(request) or form.is_asked_for else MomentForm()


def _do(request, waiting_list, ticked, form):
    """Publish what is ticked, or set it for later. Returns why it could not be done."""
    if PublicationRequest.objects.filter(once=token_of(request)).exists():
        messages.info(request, AGAIN)
        return []
    if _is_for_later(request) and form.is_valid():
        officer = request.user.get_username()
        if later.is_set(waiting_list, ticked, form.moment, officer):  # A double click.
            messages.info(request, f"That is already set for {moments.exactly(form.moment)}.")
            return []
    looked = _looked(request)
    if faults := _faults(request, waiting_list, looked, ticked, form):
        return faults
    if _is_for_later(request):
        return _set_for_later(request, waiting_list, ticked, form.moment)
    ask(request, waiting_list, {name: looked[name] for name in ticked}, _why(request))
    return []


def _entries_on_page(waiting_list, ticked):
    """What the page shows of each record, with its differences if there are not too many."""
    has_changes = len(waiting_list.unscheduled) <= MOST_SHOWN
    languages = same_meaning.languages_behind() if waiting_list.unscheduled else {}
    rows = []
    for item in waiting_list.unscheduled:
        changes = waiting_list.changes(item.name) if has_changes else None
        rows.append(
            {
                "item": item,
                "is_ticked": item.name in ticked,
                "changes": changes,
                "hidden_until": waiting_list.hidden_until(item),
                "in_english": languages.get(item.name, ()),
                "is_only_translated": bool(changes)
                and all(change.language not in ("", "en") for change in changes),
            }
        )
    return rows


NAME = re.compile(r"([a-z]+\.[a-z]+):(\d{1,18})(?::([0-9a-f]{20}))?")


def _looked(request):
    """The records on the page, each with the fingerprint it had there: {name: fingerprint}."""
    return {
        name: fingerprint
        for name, fingerprint in _named(request.POST.get("looked", "").split())
        if fingerprint
    }


def _ticked(request):
    if "all" in request.POST:
        return set(_looked(request))
    return {name for name, _fingerprint in _named(request.POST.getlist("tick"))}


def _named(values):
    """The records that a form names, with their fingerprints. Unknown names are dropped."""
    labels = {model._meta.label_lower for model in registry.content_models()}
    matches = map(NAME.fullmatch, values)
    return [
        ((match[1], int(match[2])), match[3]) for match in matches if match and match[1] in labels
    ]


def _why(request):
    return request.POST.get("why", "").strip()


def _faults(request, waiting_list, looked, ticked, form):
    """Why this form cannot be done as it is: about the form, then about each ticked record."""
    faults = [*later.faults_of_why(_why(request))]
    if not _is_for_later(request):
        faults += _faults_of_now(waiting_list, ticked, form)
    elif not form.is_valid():
        faults += [error for errors in form.errors.values() for error in errors]
    if _is_for_later(request) and not ticked:
        faults.append("Tick what to set for later, or “Everything on this page”.")
    if waiting_list.folder is None:
        return faults
    faults += _faults_of_ticks(waiting_list, looked, ticked)
    if not _is_for_later(request):
        unticked = choice.names_of_unticked(waiting_list.compared.waiting, ticked)
        return faults + [fault.why for fault in unticked]
    return faults + later.faults_of(waiting_list, ticked, form.moment)


def _faults_of_now(waiting_list, ticked, form):
    if waiting_list.folder is not None and not ticked and not waiting_list.translations:
        yield "Tick what to publish, or “Everything on this page”."
    if form.is_asked_for:
        yield "You chose a moment. Press “Set for later”, or clear the day and the time."
    if why := why_not_now():
        yield why


def _faults_of_ticks(waiting_list, looked, ticked):
    """Why ticked records cannot go out as they are, each with the record's name."""
    for name in sorted(ticked):
        now = waiting_list.by_name.get(name)
        if now is None:
            yield (
                f"“{waiting_list.name_of(name)}” is no longer waiting: it has been published, or "
                "someone has undone the change."
            )
        elif name in waiting_list.scheduled:
            moment = moments.exactly(waiting_list.scheduled[name].goes_out_at)
            yield f"“{now.title}” is set for {moment}. Move or cancel that first."
        elif name not in looked or looked[name] != now.fingerprint:
            yield choice.CHANGED.format(now.title)


def _set_for_later(request, waiting_list, ticked, moment):
    """Set these records to go out at this moment. Returns why it could not be done."""
    officer = request.user.get_username()
    try:
        scheduled.set_for(waiting_list, ticked, moment, officer, _why(request))
    except scheduled.AlreadySetError as error:
        return [str(error)]
    names = ", ".join(f"“{waiting_list.name_of(name)}”" for name in sorted(ticked)[:MOST_NAMED])
    more = f" and {len(ticked) - MOST_NAMED} more" if len(ticked) > MOST_NAMED else ""
    words = f"Set for {moments.exactly(moment)}: {names}{more}."
    messages.info(request, f"{words} Until then readers keep what they have.")
    return []


def ask(request, waiting_list, fingerprints, why):
    """Ask the publisher for these records, once."""
    chosen = sorted(fingerprints)
    if waiting_list.folder is not None:
        same = PublicationRequest.objects.filter(
            kind=Kind.RELEASE, state__in=[State.WAITING, State.RUNNING]
        )
        under_way = {
            (*name, fingerprint)
            for earlier in same
            if earlier.chosen is not None
            for name, fingerprint in zip(earlier.chosen, earlier.fingerprints, strict=True)
        }
        if chosen and {(*name, fingerprints[name]) for name in chosen} <= under_way:
            messages.info(request, AGAIN)
            return
    _request, is_new = PublicationRequest.objects.get_or_create(
        once=token_of(request),
        defaults={
            "kind": Kind.RELEASE,
            "who": request.user.get_username(),
            "why": why,
            "chosen": None if waiting_list.folder is None else [list(name) for name in chosen],
            "fingerprints": [fingerprints[name] for name in chosen],
        },
    )
    if is_new:
        messages.info(request, "Publishing takes a few seconds. This page shows the result.")
    else:
        messages.info(request, AGAIN)
    warn_without_publisher(request)


@for_officers(SEE, PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request, context, label, key):
    """What changed in one record, word by word, and a preview of its page."""
    model = registry.content_model(label)
    waiting_list = WaitingList()
    newest = waiting_list.compared.newest.get((label, key))
    if newest is None:
        raise Http404("There is no such record.")
    items = [
        item for item in (*waiting_list.entries, *waiting_list.drafts) if item.name == (label, key)
    ]
    item = items[0] if items else WaitingEntry(newest, "")
    link = ""
    if not newest.is_deleted:
        link = reverse("publishing:preview", args=[preview.token_for(label, key)])
    return render(
        request,
        "admin/publishing/waiting_entry.html",
        context
        | {
            "title": item.title,
            "subtitle": "Waiting to be published",
            "item": item,
            "scheduled": waiting_list.scheduled.get((label, key)),
            "changes": waiting_list.changes(item.name)
            if item.name in waiting_list.by_name
            else None,
            "preview": link,
            "stands_on": preview.place_of(model) if link else "",
            "to_share": request.build_absolute_uri(link) if request.method == "POST" else "",
        },
    )
