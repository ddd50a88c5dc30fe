"""The page on which an officer logs a check of a number, and the page after it."""

from http import HTTPStatus

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from contacts.models import Phone
from helphub.accounts.middleware import to_confirm_first
from helphub.accounts.reauthentication import is_recent
from helphub.approvals.models import NumberProposal
from helphub.checking import calls, due, script
from helphub.checking.call_form import CallForm
from helphub.checking.doubting import DOUBTED, LIFTED
from helphub.checking.models import Attempt, Claim
from helphub.checking.readers_line import as_readers_see
from helphub.checking.ways import Way, is_never_rung
from helphub.content.forms import fields_of, token_of, words_of
from helphub.content.permissions import PUBLISH, for_officers
from helphub.editions import state_files
from helphub.history import conflicts, diff, snapshots, versions
from helphub.history.recording import recording
from helphub.publishing import withdrawals
from helphub.publishing.requests import warn_without_publisher

CHANGE = "contacts.change_phone"
LABEL = Phone._meta.label_lower
MOST_ATTEMPTS = 5


@for_officers(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def call(request, context, key):
    """The script of one check, and its outcome."""
    if request.method != "POST":
        phone = Phone.objects.filter(pk=key).first()
        if phone is None:
            return _gone(request, context, key)
        way = _way(request.GET.get("way"), script.ways(phone))
        form = CallForm(phone=phone, user=request.user, way=way)
        return _page(request, context, form, conflicts.fingerprint_of(Phone, key))
    with recording(request.user), transaction.atomic():
        snapshots.lock(Phone, key)
        return _sent(request, context, key)


def _sent(request, context, key):
    if earlier := Attempt.objects.filter(once=token_of(request, "_once")).first():
        messages.info(request, "This check is logged already. It was logged only once.")
        return redirect("checking:logged", earlier.pk)
    phone = Phone.objects.filter(pk=key).first()
    if phone is None:
        return _gone(request, context, key)
    way = _way(request.POST.get("_way"), [*script.ways(phone), Way.LINE])
    form = CallForm(request.POST, phone=phone, user=request.user, way=way)
    saved = snapshots.read_one(Phone, key)
    sent = request.POST.get("_fingerprint", "")
    is_valid = form.is_valid()
    changes = _changes_meanwhile(key, sent, saved) if sent != saved.fingerprint else None
    for why in filter(None, [_why_no_way(request), _taken_by_another(request, phone)]):
        form.add_error(None, why)
        is_valid = False
    if is_valid and changes is None:
        if form.proposal is not None and not is_recent(request):
            return to_confirm_first(request)
        if logged_call := calls.save(form, token_of(request, "_once")):
            _say(request, logged_call)
            return redirect("checking:logged", logged_call.attempt.pk)
    return _page(request, context, form, saved.fingerprint, changes)


def _way(sent, ways):
    """The way of checking that the page is about."""
    return Way(sent) if sent in ways else ways[0]


def _why_no_way(request):
    known = request.POST.get("_way") in Way.values
    return "" if known else "We could not tell how you checked the number. Choose again above."


def _gone(request, context, key):
    """The number has been deleted. Show what the officer typed, so that they can copy it."""
    newest = versions.of_record(Phone, key).first()
    if newest is None:
        raise Http404("There is no such number.")
    context |= {
        "title": "Someone has deleted this",
        "newest": newest,
        "words": words_of(fields_of(request)),
        "url": reverse("history:history", args=[LABEL, key]),
    }
    return render(request, "admin/history/gone.html", context, status=HTTPStatus.CONFLICT)


def _changes_meanwhile(key, sent, saved):
    """What others have saved since the page was opened. [] if we cannot tell."""
    base = versions.states_with({(LABEL, key): sent}).get((LABEL, key))
    return diff.difference(Phone, base, saved) if base else []


def _claim_of_another(request, phone):
    claims = Claim.objects.filter(label=LABEL, key=phone.pk, until__gt=timezone.now())
    return claims.exclude(officer=request.user.pk).first()


def _taken_by_another(request, phone):
    """Says that another officer has claimed the line, unless the page has said so already."""
    claim = _claim_of_another(request, phone)
    if claim is None or request.POST.get("_claim") == _mark_of(claim):
        return ""
    return (
        f"{claim.officer_name} has taken this line since you opened the page, so two of you may "
        "ring it. Nothing has been saved. If you have already rung it, press Save again."
    )


def _mark_of(claim):
    return f"{claim.officer} {claim.until.isoformat()}" if claim else ""


def _page(request, context, form, fingerprint, changes=None):
    phone, claim = form.phone, _claim_of_another(request, form.phone)
    status = HTTPStatus.OK if changes is None else HTTPStatus.CONFLICT
    context |= {
        "title": f"Check {phone.name}",
        "form": form,
        "claim": claim,
        "claim_mark": _mark_of(claim),
        "fingerprint": fingerprint,
        "once": token_of(request, "_once"),
        "is_number_open": _is_open(form, "new_display", "new_dial"),
        "is_next_time_open": _is_open(form, "other_way", "contact"),
        "is_conflict": changes is not None,
        "changes": changes,
        "newest": versions.of_record(Phone, phone.pk).first(),
    }
    context |= _of_line(phone) | _how_to_check(phone, form.way)
    return render(request, "admin/checking/call.html", context, status=status)


def _of_line(phone):
    """What is known of a line, and what is going on with it."""
    return {
        "phone": phone,
        "why_due": why_due(phone),
        "readers": as_readers_see(phone),
        "attempts": phone.attempts.all()[:MOST_ATTEMPTS],
        "out_of_date": calls.are_hours_out_of_date(phone),
        "hours_form": hours_form(phone),
        "doubt": phone.doubts.filter(lifted_at=None).first(),
        "withdrawal": withdrawals.withdrawal_of(phone),
        "proposal": NumberProposal.objects.waiting().filter(phone=phone).first(),
        "needs_second_person": phone.needs_second_person(),
    }


def _how_to_check(phone, way):
    office = getattr(phone, "way_to_check", None)
    return {
        "way": way,
        "is_never_rung": is_never_rung(phone),
        "other_ways": [other for other in script.ways(phone) if other != way],
        "opening_words": script.opening_words(phone, way),
        "website": script.website_of(phone),
        "office": office,
        "office_digits": script.can_be_rung(office.contact) if office else "",
    }


def _is_open(form, *names):
    """Whether a folded part has to be unfolded: it has an error or something typed."""
    return any(form[name].errors or (form.is_bound and form[name].value()) for name in names)


def hours_form(phone):
    """The number's form, at its hours."""
    return f"{reverse('admin:contacts_phone_change', args=[phone.pk])}#schedules-group"


def why_due(phone):
    """Why a number is due, in one line."""
    row = next((row for row in due.numbers() if row.record.key == phone.pk), None)
    if row is None:
        return "Readers do not see this number."
    if row.why == due.NEVER:
        return row.why
    asked = "" if phone.asked else " We have not asked the organisation itself yet."
    return f"{row.why}{asked} Due {row.on:%-d %B %Y}."


# After saving


def _say(request, done):
    """What happened, and what readers see when."""
    attempt = done.attempt
    messages.success(request, f"Logged: {attempt.phone}, {attempt.get_outcome_display()}.")
    for words in _consequences(done):
        messages.info(request, words)
    for question in done.kept:
        messages.warning(
            request,
            f"Someone else has answered “{question}” in the meantime. Yours is kept here too.",
        )
    if done.doubt:
        warn_without_publisher(request)


def _consequences(done):
    attempt, phone = done.attempt, done.attempt.phone
    soon = "within a minute" if state_files.has_watcher() else "once the publisher runs"
    if attempt.outcome in calls.REACHED:
        yield "Readers see what changed, and the day of this check, once it is published."
    if done.proposal:
        yield (
            "A second person has to approve the new number. Until then, readers see the old one."
        )
        if done.proposal.kind == NumberProposal.Kind.BRING_BACK:
            yield "This number is withdrawn. Approving the proposal also brings it back."
    if done.doubt == DOUBTED:
        yield f"Two checks failed. Readers see “We are checking this number” {soon}."
    elif done.doubt == LIFTED:
        yield f"Readers no longer see “We are checking this number” {soon}."
    elif attempt.outcome in calls.REACHED and phone.doubts.filter(lifted_at=None).exists():
        yield (
            "Readers still see “We are checking this number”. A website may repeat a wrong number: "
            "ring the line, or ask its office."
            if attempt.way == Way.PAGE
            else "Readers still see “We are checking this number” until the new digits go out."
        )
    elif attempt.failed:
        yield "If a check fails on another day too, readers will see “We are checking this number”."
    elif attempt.outcome == Attempt.Outcome.NO_ANSWER and attempt.way == Way.LINE:
        yield "It may have been closed at the time, so this does not count as a failed check."
    if withdrawals.withdrawal_of(phone):
        yield "This number is withdrawn: readers do not see it."


def next_line(user):
    """The next number to check, leaving out those tried today or taken by others. Or None."""
    today = timezone.localdate()
    tried = set(Attempt.objects.filter(at__date=today).values_list("phone", flat=True))
    for row in due.everything():
        is_free = row.claim is None or row.claim.officer == user.pk
        if row.kind == "number" and row.when and is_free and row.record.key not in tried:
            return row
    return None


@for_officers(CHANGE)
@require_safe
def logged(request, context, key):
    """What is left to do after a check, and the next line."""
    attempt = get_object_or_404(Attempt.objects.select_related("phone"), pk=key)
    phone = attempt.phone
    return render(
        request,
        "admin/checking/logged.html",
        context
        | {
            "title": "Check logged",
            "attempt": attempt,
            "phone": phone,
            "out_of_date": calls.are_hours_out_of_date(phone),
            "hours_form": hours_form(phone),
            "proposal": NumberProposal.objects.waiting().filter(phone=phone).first(),
            "next": next_line(request.user),
            "may_publish": request.user.has_perm(PUBLISH),
        },
    )
