"""“Renew the strategy”: the draft beside the strategy in force, and the change-over."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from helphub.content import memory
from helphub.content.permissions import PUBLISH, for_officers
from helphub.history.recording import recording
from helphub.publishing import preview
from helphub.renewal import carrying, changing, parts
from strategy.models import Strategy

SEE = "strategy.change_strategy"
AT_THE_SAME_MOMENT = "Somebody did the same in this very moment. Look at it again."


@for_officers(SEE)
@require_safe
def renew(request, context):
    """How far the draft is: each part, what is missing, and what to look at besides."""
    old, draft = Strategy.objects.in_force(), Strategy.objects.draft()
    all_parts = parts.parts(old, draft) if draft else []
    context |= {
        "title": "Renew the strategy",
        "old": old,
        "draft": draft,
        "replaced": Strategy.objects.replaced(),
        "parts": all_parts,
        "missing": parts.missing(draft, all_parts) if draft else [],
        "help_pages": parts.help_pages(),
        "may_start": request.user.has_perm("strategy.add_strategy"),
        "may_publish": request.user.has_perm(PUBLISH),
    }
    return render(request, "admin/renewal/renew.html", context)


@for_officers(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def part(request, context, name):
    """One part, old and new side by side. Ticked rows are carried over."""
    model = parts.named(name)
    old, draft = Strategy.objects.in_force(), Strategy.objects.draft()
    if draft is None:
        raise Http404("There is no draft.")
    may_add = request.user.has_perm(f"strategy.add_{name}")
    refused, ticked = [], request.POST.getlist("row")
    if request.method == "POST":
        if not may_add:
            raise PermissionDenied
        refused = _carry(request, parts.part(model, old, draft), ticked, draft)
        if not refused:
            return redirect("renewal:part", name)
    shown = parts.part(model, old, draft)
    context |= {
        "title": f"Renew the strategy: {shown.title}",
        "part": shown,
        "old": old,
        "draft": draft,
        "may_add": may_add,
        "refused": refused,
        "ticked": ticked,
    }
    return render(request, "admin/renewal/part.html", context)


def _carry(request, shown, ticked, draft):
    """Carry the ticked rows over, all or none. Returns why not."""
    chosen = [pair for pair in shown.pairs if pair.old and str(pair.old.pk) in ticked]
    if request.POST.get("all"):
        chosen = shown.left
    if not chosen:
        return ["Tick what is to be carried over."]
    refused = [
        f"“{pair.old}” has been carried over already. Untick it, or open its copy on the right."
        for pair in chosen
        if pair.new
    ]
    if refused:
        return refused
    try:
        # Every text is checked, and what they link to stays the same meanwhile.
        why = f"Carried over to {draft}"[:200]
        with recording(request.user, why), memory.using(memory.Memory()):
            copies = _copies([pair.old for pair in chosen], draft)
    except ValidationError as error:
        return error.messages
    except IntegrityError:
        return [AT_THE_SAME_MOMENT]
    messages.success(
        request, f"Carried over: {len(copies)}. Compare the words with the new document."
    )
    return []


def _copies(rows, draft):
    """Copies of these rows. One that names another waits until that has been copied."""
    copies, waiting = [], rows
    keys = {row.pk for row in rows}
    while waiting:
        ready = [row for row in waiting if not _names_one_of(row, keys)]
        ready = ready or waiting[:1]  # They name each other.
        for row in ready:
            copies.append(carrying.carry_over(row, draft))
        keys -= {row.pk for row in ready}
        waiting = [row for row in waiting if row not in ready]
    return copies


def _names_one_of(row, keys):
    """Whether a row names another of its own kind that is to be copied first."""
    return any(
        field.name != "carried_from"
        and field.related_model is type(row)
        and getattr(row, field.attname) in keys - {row.pk}
        for field in row._meta.concrete_fields
        if field.is_relation
    )


@for_officers(PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def put_in_force(request, context):
    """The change-over: what readers will get, a tick for a second look, and one press."""
    old, draft = Strategy.objects.in_force(), Strategy.objects.draft()
    if draft is None:
        messages.error(request, "There is no draft to put in force.")
        return redirect("renewal:renew")
    all_parts = parts.parts(old, draft)
    stops, refused = parts.must_come_first(draft, all_parts), ""
    if request.method == "POST" and not stops:
        refused = _press(request, lambda: changing.put_in_force(request.user, draft, old))
        if not refused:
            messages.success(request, f"{draft} is in force once it is published.")
            return redirect("publishing:waiting")
    draft.refresh_from_db()
    context |= {
        "title": "Put the new strategy in force",
        "old": old,
        "draft": draft,
        "parts": all_parts,
        "missing": parts.missing(draft, all_parts),
        "stops": stops,
        "actions": parts.open_actions(old) if old else [],
        "refused": refused,
        "preview": reverse("publishing:preview", args=[preview.token_for(_label(), draft.pk)]),
    }
    return render(request, "admin/renewal/put_in_force.html", context)


def _label():
    return Strategy._meta.label_lower


def _press(request, change):
    """Do it if the officer has ticked that they have looked. Returns why not, or ""."""
    if not request.POST.get("looked"):
        return "Tick that you have looked at it. Nothing has been changed."
    try:
        change()
    except ValidationError as error:
        return " ".join(error.messages)
    except IntegrityError:
        return AT_THE_SAME_MOMENT
    return ""


@for_officers(PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def put_back(request, context, key):
    """Put a strategy that has been replaced in force again."""
    old = get_object_or_404(Strategy.objects.replaced(), pk=key)
    present, refused = Strategy.objects.in_force(), ""
    if request.method == "POST":
        refused = _press(request, lambda: changing.put_back(request.user, old, present))
        if not refused:
            messages.success(request, f"{old} is in force again once it is published.")
            return redirect("publishing:waiting")
    context |= {
        "title": "Put the earlier strategy in force again",
        "old": old,
        "present": present,
        "refused": refused,
    }
    return render(request, "admin/renewal/put_back.html", context)
