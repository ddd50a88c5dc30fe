"""The worklist: what is due for a check, who has it, and what was found still correct."""

import uuid
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helphub.checking import claims, confirming, due, owners, publishing_checks
from helphub.checking.confirming import Method
from helphub.checking.models import Confirmation
from helphub.content import moments
from helphub.content.forms import token_of
from helphub.content.permissions import PUBLISH, SEE, for_officers
from helphub.history.models import Version

ON_A_PAGE = 100
MINE, NOBODY, LEFT = "mine", "nobody", "left"
HOW = [
    (Method.PUBLISHED_SOURCES, "read, on a page or in a document"),
    (Method.TOLD, "they told us"),
    (Method.RANG, "by ringing"),
]


@for_officers(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def worklist(request, context):
    """What is due, and what officers do with it: take, give, confirm."""
    errors = {}
    if request.method == "POST":
        try:
            _do(request)
            return redirect(request.get_full_path())
        except ValidationError as error:
            errors = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    rows, is_wanted = due.everything(), _filter(request)
    shown = [row for row in rows if row.when and is_wanted(row)]
    if wanted := request.GET.get("when"):
        shown = [row for row in shown if row.when == wanted]
    page = Paginator(shown, ON_A_PAGE).get_page(request.GET.get("page"))
    groups = {}
    for row in page:
        groups.setdefault(due.WHEN[row.when], []).append(row)
    return render(
        request,
        "admin/checking/worklist.html",
        context
        | {
            "title": "Checks",
            "page": page,
            "groups": groups,
            "counts": _counts(rows),
            "kinds": due.KINDS,
            "never": due.NEVER,
            "owner_choices": owners.choices(),
            "hows": HOW,
            "errors": errors,
            "ticked": set(request.POST.getlist("tick")),
            "once": request.POST.get("once") or uuid.uuid4(),
            "today": timezone.localdate(),
            "seen": timezone.now().isoformat(),
            "undo": confirming.newest_batch(request.user),
            "publishable": _publishable(request.user),
        },
        status=400 if errors else 200,
    )


def _publishable(user):
    """How many records one press would publish, or None for whoever may not publish."""
    return len(publishing_checks.publishable()) if user.has_perm(PUBLISH) else None


def _counts(rows):
    counts = dict.fromkeys(due.WHEN, 0)
    for row in rows:
        if name := row.when:
            counts[name] += 1
    return [(name, due.WHEN[name], count) for name, count in counts.items()]


def _filter(request):
    """A function that tells whether the filters let a row through."""
    kind, owner = request.GET.get("kind"), request.GET.get("owner")
    owners_wanted = {owner}
    if owner == MINE:
        roles = request.user.groups.values_list("name", flat=True)
        owners_wanted = {f"officer:{request.user.pk}", *(f"role:{name}" for name in roles)}

    def is_wanted(row):
        if kind and row.kind != kind:
            return False
        if owner == NOBODY:
            return not (row.owner and row.owner.words)
        if owner == LEFT:
            return bool(row.owner and row.owner.has_left)
        return not owner or bool(row.owner and row.owner.value in owners_wanted)

    return is_wanted


def _do(request):
    """What an officer pressed. Raises ValidationError, and nothing is saved."""
    act, _, value = request.POST.get("do", "").partition(" ")
    acts = {"take": _take, "leave": _leave, "confirm": _confirm, "own": _give}
    if act not in acts:
        raise ValidationError("We could not tell which button you pressed. Press it again.")
    by_value = {row.value: row for row in due.everything()}
    values = [value] if value else request.POST.getlist("tick")
    if lost := [each for each in values if each not in by_value]:
        messages.warning(request, f"No longer on the list: {len(lost)}.")
    names = [by_value[each] for each in values if each in by_value]
    if not names:
        raise ValidationError("Tick at least one line of the list first.")
    with transaction.atomic():
        acts[act](request, names)


def _take(request, rows):
    for row in rows:
        claim = claims.claim(row.name, request.user)
        if claim.officer != request.user.pk:
            raise ValidationError(
                f"{claim.officer_name} is checking “{row.record.name}” now, until "
                f"{timezone.localtime(claim.until):%H:%M} at the latest."
            )
    messages.info(request, f"Taken for two hours: {len(rows)}.")


def _leave(request, rows):
    for row in rows:
        claims.release(row.name, request.user)
    messages.info(request, f"Free again: {len(rows)}.")


def _confirm(request, rows):
    if fixed := [row for row in rows if not row.can_confirm]:
        raise ValidationError(
            f"“{fixed[0].record.name}” cannot be confirmed from the list. Untick it, and open it."
        )
    if held := [row for row in rows if row.claim and row.claim.officer != request.user.pk]:
        raise ValidationError(
            f"{held[0].claim.officer_name} is checking “{held[0].record.name}” now. Untick it."
        )
    batch = token_of(request)
    if not Confirmation.objects.filter(batch=batch).exists():  # Not the second press of one button.
        _refuse_what_changed(request, rows)
    confirming.confirm(
        [row.name for row in rows],
        request.user,
        request.POST.get("how", ""),
        request.POST.get("source", ""),
        _day(request, "checked_on") or timezone.localdate(),
        batch,
    )
    for row in rows:
        claims.release(row.name, request.user)
    messages.success(
        request, f"Still correct: {len(rows)}. Readers see the new date once it is published."
    )


def _refuse_what_changed(request, rows):
    """Nobody can confirm what they have not seen."""
    seen_at = moments.from_form(request.POST.get("seen", ""))
    if seen_at is None:
        raise ValidationError("We could not tell when you opened this list. Try again.")
    for row in rows:
        newer = Version.objects.filter(label=row.name[0], key=row.name[1], at__gt=seen_at)
        if newer.exists():
            raise ValidationError(
                f"“{row.record.name}” has been changed since you opened this list. Check it as it "
                "is now, then press again."
            )


def _give(request, rows):
    sent = request.POST
    records, day = [row.record for row in rows], _day(request, "due_on")
    clears = "clear_due_on" in sent
    owners.give(records, request.user, sent.get("owner", ""), day, clears_day=clears)
    messages.info(request, f"Saved for {len(rows)}.")


def _day(request, name):
    written = request.POST.get(name, "").strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValidationError({name: "Enter a date such as 2026-11-30."}) from None


@for_officers(SEE)
@require_POST
def take_back(request, context, batch):
    """Undo: the records are due again as they were."""
    count = confirming.take_back(batch, request.user)
    if count:
        messages.success(request, f"Taken back: {count}. They are due as before.")
    else:
        messages.info(request, "That has been taken back already.")
    return redirect("checking:worklist")


@for_officers(SEE)
@require_safe
def week(request, context):
    """Calls of this week, to print on one sheet."""
    rows = [row for row in due.everything() if row.when in {"overdue", "week"}]
    calls = [row for row in rows if row.kind == "number"]
    return render(
        request,
        "admin/checking/week.html",
        context | {"title": "Calls this week", "rows": calls, "others": len(rows) - len(calls)},
    )
