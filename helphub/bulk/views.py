"""The pages of an action on many records: what it asks, what it would do, what it did."""

import re
import uuid

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from helphub.bulk import doing
from helphub.bulk.models import Batch
from helphub.bulk.saving import SavesRecords
from helphub.content.forms import token_of
from helphub.content.permissions import SEE, for_officers, form_of
from helphub.content.registry import Record, content_model

ON_A_PAGE = 50
ASK, PREVIEW, DO = "ask", "preview", "do"
LOOKED = re.compile(r"(\d{1,18}):([0-9a-f]{20})?")


def begin(request, action, model, keys):
    """What follows the list's menu: what the action asks for, or what it would do."""
    context = admin.site.each_context(request)
    page = Page(request, context, action, model, dict.fromkeys(keys, ""))
    return page.ask() if page.form else page.preview({})


@for_officers(SEE)
def act(request, context, label, name):
    """The steps after that. Each is sent by the one before it."""
    model, action = content_model(label), doing.ACTIONS.get(name)
    if action is None or not action.is_for(model):
        raise Http404("There is no such action.")
    if not admin.site.get_model_admin(model).has_change_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        return redirect(list_of(model))
    page = Page(request, context, action, model, _looked(request))
    step = request.POST.get("step")
    if step == ASK:
        return page.ask()
    if page.form and not page.form.is_valid():
        return page.ask(is_wrong=True)
    given = page.form.cleaned_data if page.form else {}
    return page.do(given) if step == DO else page.preview(given)


def list_of(model):
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")


def _looked(request):
    """The records of the form, each with the mark of what was shown: {key: mark}."""
    matches = map(LOOKED.fullmatch, request.POST.get("looked", "").split())
    looked = {int(match[1]): match[2] or "" for match in matches if match}
    return dict(list(looked.items())[: doing.MOST_AT_ONCE])


class Page:
    """A page of an action, whichever step it is at."""

    def __init__(self, request, context, action, model, looked):
        self.request, self.action, self.model, self.looked = request, action, model, looked
        self.context = context
        is_sent = request.POST.get("step") in {PREVIEW, DO}
        data = request.POST if is_sent else None
        self.form = action.form(request, model, list(looked), data)
        if self.form and request.POST.get("step") == ASK:
            self.form.initial = request.POST.dict()

    def ask(self, is_wrong=False):
        rows = doing.rows_of(self.request, self.model, self.looked)
        return self._render(400 if is_wrong else 200, names=[str(row) for row in rows])

    def preview(self, given, faults=()):
        lines = doing.plan(self.request, self.action, self.model, list(self.looked), given)
        gone = len(self.looked) - len(lines)
        self.looked = {line.key: line.mark for line in lines}
        return self._render(
            409 if faults else 200,
            going=[line for line in lines if not line.why_not],
            left=[line for line in lines if line.why_not],
            said=self.action.said(given) if self.form else [],
            sent=self._sent(),
            faults=faults,
            gone=0 if faults else gone,  # Faults name them.
            is_preview=True,
        )

    def do(self, given):
        outcome = doing.do(
            self.request, self.action, self.model, self.looked, given, token_of(self.request)
        )
        if outcome.batch is None:
            return self.preview(given, outcome.faults)
        if outcome.is_again:
            messages.info(self.request, "That has been done already. It was done once.")
        else:
            messages.success(self.request, f"{outcome.batch.words}.")
        return redirect(outcome.batch)

    def _sent(self):
        """What was asked for, to send it again with the next step."""
        names = self.form.fields if self.form else ()
        return [(name, value) for name in names for value in self.request.POST.getlist(name)]

    def _render(self, status, **more):
        options = self.model._meta
        # The list as it was filtered. The menu sends the filters in the list's own address.
        filters = self.request.POST.get("filters", self.request.GET.urlencode())
        kind = options.verbose_name if len(self.looked) == 1 else options.verbose_name_plural
        context = self.context | {
            "title": f"{self.action.words}: {len(self.looked)} {kind}",
            "action": self.action,
            "form": self.form,
            "looked": " ".join(f"{key}:{mark}" for key, mark in self.looked.items()),
            "once": self.request.POST.get("once") or uuid.uuid4(),
            "filters": filters,
            "list": f"{list_of(self.model)}?{filters}" if filters else list_of(self.model),
            "kind": options.verbose_name_plural,
            "url": reverse("bulk:act", args=[options.label_lower, self.action.name]),
        }
        return render(self.request, "admin/bulk/act.html", context | more, status=status)


# What was done


@for_officers(SEE)
@require_safe
def batches(request, context):
    """What was done to many at once, newest first."""
    rows = [
        (batch, not batch.is_too_old and not batch.undone_at)
        for batch in Batch.objects.all()[:ON_A_PAGE]
    ]
    title = {"title": "Changed many at once", "rows": rows}
    return render(request, "admin/bulk/batches.html", context | title)


@for_officers(SEE)
@require_safe
def batch(request, context, key):
    """One of them: its records, and the button that undoes it."""
    done = get_object_or_404(Batch, pk=key)
    rows = list(done.rows.all())
    can_be_undone = not done.undone_at and not done.is_too_old
    why_not = doing.why_not_undone(done, rows) if can_be_undone else {}
    for row in rows:
        row.url = form_of(Record(done.label, row.key, row.name))
        row.why_not = row.why_not or why_not.get(row.key, "")
    return render(
        request,
        "admin/bulk/batch.html",
        context
        | {
            "title": done.words,
            "batch": done,
            "rows": rows,
            "left": len(rows) - len(why_not),
            "can_be_undone": can_be_undone,
            "may_undo": doing.may_undo(request.user, done),
            "makes_wait": isinstance(doing.ACTIONS[done.action], SavesRecords),
            "list": list_of(content_model(done.label)),
            "kind": content_model(done.label)._meta.verbose_name_plural,
        },
    )


@for_officers(SEE)
@require_POST
def undo(request, context, key):
    """Return each record to what it was before, unless it has been changed since."""
    done = get_object_or_404(Batch, pk=key)
    if not doing.may_undo(request.user, done):
        raise PermissionDenied
    if done.is_too_old:
        messages.error(
            request, "This was more than a day ago. Restore each record from its “History”."
        )
        return redirect(done)
    count = doing.undo(request, done)
    if count is None:
        messages.info(request, "This has been undone already.")
    else:
        messages.success(request, f"Undone: {count} of {done.rows.count()}.")
    return redirect(done)
