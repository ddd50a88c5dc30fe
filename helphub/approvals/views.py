"""Proposed numbers: the list, the form, and the page where a second person decides."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from contacts.models import ApprovedNumber, Phone
from helphub.accounts.second_person import why_not_approve
from helphub.approvals import decisions
from helphub.approvals.decision_forms import ApprovalForm, RefusalForm
from helphub.approvals.digits import compared, differences
from helphub.approvals.models import NumberProposal
from helphub.approvals.proposing import ProposalForm, kind_for
from helphub.approvals.touched_pages import pages_touched
from helphub.content.permissions import for_officers
from helphub.editions import state_files
from helphub.publishing import withdrawals
from helphub.publishing.requests import warn_without_publisher

PROPOSE, APPROVE = "contacts.change_phone", "contacts.approve_number"
ON_A_PAGE = 50


@for_officers(PROPOSE, APPROVE)
@require_safe
def proposals(request, context):
    every_proposal = NumberProposal.objects.select_related("phone")
    waiting = NumberProposal.Outcome.WAITING
    decided = Paginator(
        every_proposal.exclude(outcome=waiting).order_by("-decided_at", "-pk"), ON_A_PAGE
    )
    return render(
        request,
        "admin/approvals/proposals.html",
        context
        | {
            "title": "Proposed numbers",
            "waiting": every_proposal.waiting(),
            "decided": decided.get_page(request.GET.get("page")),
        },
    )


@for_officers(PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request, context, key):
    """Propose another number for a line, or the return of a withdrawn one."""
    phone = get_object_or_404(Phone, pk=key)
    form = ProposalForm(request.POST or None, phone=phone, user=request.user)
    if request.method == "POST" and form.is_valid() and (made := form.propose()):
        messages.success(request, "Proposed. It will take effect when someone else approves it.")
        return redirect(made)
    kind = kind_for(phone)
    is_back = kind == NumberProposal.Kind.BRING_BACK
    return render(
        request,
        "admin/approvals/propose.html",
        context
        | {
            "title": "Propose to bring a number back" if is_back else "Propose another number",
            "form": form,
            "phone": phone,
            "withdrawal": withdrawals.withdrawal_of(phone),
            "waiting": NumberProposal.objects.waiting().filter(phone=phone).first(),
            "approved": ApprovedNumber.objects.by_line().get(phone.slug),
            "roles": list(Phone.objects.exclude(role="").exclude(pk=phone.pk)),
        },
    )


@for_officers(PROPOSE, APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request, context, key):
    """One proposal and what it affects: approve it, refuse it, take it back."""
    proposed = get_object_or_404(
        NumberProposal.objects.select_related("phone", "role_from"), pk=key
    )
    is_own = request.user.pk == proposed.proposer
    may_approve = request.user.has_perm(APPROVE)
    decision = request.POST.get("do") if may_approve else None
    approval = ApprovalForm(request.POST if decision == "approve" else None, proposal=proposed)
    refusal = RefusalForm(request.POST if decision == "refuse" else None)
    if request.method == "POST":
        try:
            if _is_done(request, proposed, approval, refusal):
                return redirect(proposed)
        except decisions.NotDecidedError as error:
            messages.error(request, str(error))
            proposed.refresh_from_db()
    return render(
        request,
        "admin/approvals/proposal.html",
        context
        | _old_and_new(proposed)
        | {
            "title": f"{proposed.phone.name}: {proposed.get_kind_display()}",
            "proposal": proposed,
            "withdrawal": withdrawals.withdrawal_of(proposed.phone),
            "touched": pages_touched(proposed) if proposed.is_waiting else None,
            "is_own": is_own,
            "may_approve": may_approve and not is_own,
            "why_not_yet": may_approve
            and not is_own
            and why_not_approve(request.user, proposed.proposer),
            "approval": approval,
            "refusal": refusal,
            "approvals": ApprovedNumber.objects.filter(proposal=proposed.pk).order_by("pk"),
        },
    )


def _is_done(request, proposed, approval, refusal):
    """Do what the officer pressed. False if what they typed is not right."""
    pressed = request.POST.get("do")
    if pressed == "take-back":
        decisions.take_back(proposed.pk, request.user)
        messages.success(request, "Proposal taken back. The number has not changed.")
        return True
    if not request.user.has_perm(APPROVE):
        raise decisions.NotDecidedError(
            "You can propose numbers but not decide on them. Ask a publisher."
        )
    if pressed == "approve":
        return _is_approved(request, proposed, approval)
    if pressed == "refuse":
        return _is_refused(request, proposed, refusal)
    raise Http404("A proposal has no such action.")


def _is_approved(request, proposed, approval):
    # Proposers are told that someone else must decide, whatever they typed.
    if request.user.pk == proposed.proposer or approval.is_valid():
        decisions.approve(proposed.pk, request.user)
        _say_approved(request)
        return True
    messages.error(request, "Not approved: that does not match the new number.")
    return False


def _is_refused(request, proposed, refusal):
    if not refusal.is_valid():
        return False
    decisions.refuse(proposed.pk, request.user, refusal.cleaned_data["why"])
    messages.success(request, "Proposal refused. The number has not changed.")
    return True


def _old_and_new(proposed):
    """The number and the textphone before and after, digit by digit."""
    old, new = compared(proposed.was_display, proposed.display)
    old_textphone, new_textphone = compared(proposed.was_textphone, proposed.textphone)
    return {
        "old": old,
        "new": new,
        "differences": differences(proposed.was_dial, proposed.dial),
        "old_textphone": old_textphone,
        "new_textphone": new_textphone,
        "textphone_differences": differences(proposed.was_textphone, proposed.textphone),
    }


def _say_approved(request):
    if pinned := state_files.pinned():
        messages.warning(
            request,
            f"Approved, but {pinned.get('who')} went back to edition {pinned.get('number')}. "
            "Readers get the number once publishing resumes. Resume it on the “Editions” page.",
        )
        return
    when = " Readers will have it in under a minute." if state_files.has_watcher() else ""
    messages.success(request, f"Approved.{when}")
    warn_without_publisher(request)
