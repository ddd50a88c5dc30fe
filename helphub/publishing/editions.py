"""Publish, view editions, go back to one, withdraw.

These pages only ask. The publisher (`manage.py publish --watch`) does the work.
"""

import re
from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from contacts.models import Organization
from helphub.content import moments
from helphub.content.diff import word_difference
from helphub.content.permissions import PUBLISH, SEE, WITHDRAW, for_officers, form_of
from helphub.content.registry import content_model, content_models, places
from helphub.editions import html_facts, manifests, outcomes, state_files, store, withdrawing
from helphub.editions.models import PublicationRequest, Withdrawal
from helphub.editions.refusals import Refusal
from helphub.publishing import status, withdrawals
from helphub.publishing.requests import (
    Kind,
    State,
    ask_for,
    warn_without_publisher,
)

MOST_SHOWN = 200
ON_A_PAGE = 50
PROPOSE = "contacts.change_phone"


def refusals_of(report):
    """The refusals in a report, each with the form where it can be fixed."""
    return [
        {"refusal": refusal, "url": form_of(refusal.record)}
        for refusal in map(Refusal.from_json, report.get("refusals", []) + report.get("held", []))
    ]


@for_officers(SEE)
@require_safe
def editions(request, context):
    withdrawn = list(Withdrawal.objects.filter(lifted_at=None))
    return render(
        request,
        "admin/publishing/editions.html",
        context
        | {
            "title": "Editions",
            "editions": [_line_of(number, withdrawn) for number in reversed(store.numbers())],
            "requests": PublicationRequest.objects.all()[:10],
            "pinned": state_files.pinned(),
            "unmended": [
                entry | {"to_fix": refusals_of(entry), "moment": moments.from_seconds(entry["at"])}
                for entry in outcomes.unmended()
            ],
            "withdrawals": [
                {
                    "withdrawal": withdrawal,
                    "needs_second_person": withdrawals.needs_second_person(withdrawal),
                    "is_place": withdrawal.label in places(),
                }
                for withdrawal in withdrawn
            ],
            "may_publish": request.user.has_perm(PUBLISH),
            "may_propose": request.user.has_perm(PROPOSE),
        },
    )


def _line_of(number, withdrawn):
    """An edition's line in the list, with what is withdrawn now but shown in it."""
    folder = store.folder_of(number)
    line = {
        "number": number,
        "is_current": folder == store.current(),
        "shows": _withdrawn_in(folder, withdrawn),
    }
    try:
        manifest = manifests.manifest_of(folder)
    except store.StoreError as error:
        return line | {"fault": str(error)}
    line |= {name: manifest[name] for name in ("who", "why", "forced", "held")}
    line["made_at"] = moments.from_seconds(manifest["made_at"])
    line["counts"] = {name: len(pages) for name, pages in manifest["changes"].items()}
    return line


def _withdrawn_in(folder, withdrawals):
    """Things withdrawn now that an edition still shows."""
    names = {(withdrawal.label, withdrawal.key): withdrawal for withdrawal in withdrawals}
    return [names[name] for name in withdrawing.shows(folder, list(names))]


@for_officers(SEE)
@require_safe
def publications(request, context):
    """Officers' requests to the publisher, and the outcome of each."""
    pages = Paginator(PublicationRequest.objects.all(), ON_A_PAGE)
    return render(
        request,
        "admin/publishing/publications.html",
        context | {"title": "Publications", "page": pages.get_page(request.GET.get("page"))},
    )


@for_officers(SEE)
@require_safe
def publication(request, context, key):
    """What one publication was meant to change, and its report."""
    publication_request = get_object_or_404(PublicationRequest, pk=key)
    report = publication_request.report
    return render(
        request,
        "admin/publishing/publication.html",
        context
        | {
            "title": str(publication_request),
            "publication": publication_request,
            "chosen": [_named(*name) for name in publication_request.chosen or ()],
            "refusals": refusals_of({"refusals": report.get("refusals", [])}),
            "held": refusals_of({"held": report.get("held", [])}),
            "is_finished": publication_request.state in (State.DONE, State.REFUSED),
            "stopped": status.stopped_in_words(report),
        },
    )


@for_officers(SEE)
@require_safe
def progress(request, context):
    """The progress of these publications, for the script on the page that shows them."""
    keys = [key for key in request.GET.getlist("of")[:ON_A_PAGE] if re.fullmatch(r"\d{1,9}", key)]
    requests = PublicationRequest.objects.filter(pk__in=keys)
    return JsonResponse(status.of_all(requests, request.GET.get("mark")))


def _named(label, key):
    """The current name of a ticked record."""
    for model in content_models():
        if model._meta.label_lower == label:
            row = model._base_manager.filter(pk=key).first()
            return f"{model._meta.verbose_name}: {row or 'deleted record'}"
    return label


def _folder(number):
    folder = store.folder_of(number)
    try:
        return folder, manifests.manifest_of(folder)
    except store.StoreError as error:
        raise Http404(str(error)) from error


@for_officers(SEE)
@require_safe
def edition(request, context, number):
    _path, manifest = _folder(number)
    return render(
        request,
        "admin/publishing/edition.html",
        context
        | {
            "title": f"Edition {number}",
            "number": number,
            "manifest": manifest,
            "made_at": moments.from_seconds(manifest["made_at"]),
            "changes": {
                kind: addresses[:MOST_SHOWN] for kind, addresses in manifest["changes"].items()
            },
            "refusals": refusals_of(manifest),
            "pages": [
                address
                for address, page in manifest["pages"].items()
                if page["type"].startswith("text/html")
            ],
        },
    )


def _page(folder, manifest, address):
    page = manifest["pages"].get(address)
    if page is None or page["file"] is None:
        return None
    try:
        return (folder / "pages" / page["file"]).read_bytes()
    except OSError:
        return None  # The edition was altered on disk. Its journal says so.


@for_officers(SEE)
@require_safe
def page_as_it_was(request, context, number):
    """A page of an edition, as readers had it."""
    folder, manifest = _folder(number)
    address = request.GET.get("address", "")
    body = _page(folder, manifest, address)
    if body is None:
        raise Http404("The edition has no such page.")
    response = HttpResponse(body, content_type=manifest["pages"][address]["type"])
    response.own_headers = {
        "Content-Security-Policy": manifest["headers"]["Content-Security-Policy"]
    }
    return response


@for_officers(SEE)
@require_safe
def words_of_page(request, context, number):
    """How a page's text changed from the edition before."""
    folder, manifest = _folder(number)
    address = request.GET.get("address", "")
    if address not in manifest["pages"]:
        raise Http404("The edition has no such page.")
    new = _page(folder, manifest, address) or b""
    old = b""
    if manifest["before"]:
        before = folder.with_name(manifest["before"])
        try:
            old = _page(before, manifests.manifest_of(before), address) or b""
        except (store.StoreError, OSError):
            old = b""
    return render(
        request,
        "admin/publishing/words.html",
        context
        | {
            "title": f"What changed on {address}",
            "number": number,
            "address": address,
            "parts": word_difference(
                html_facts.words_of(old.decode()), html_facts.words_of(new.decode())
            ),
        },
    )


ASKED = {
    Kind.ROLLBACK: "Going back to that edition. This takes a few seconds.",
    Kind.LIFT: "Publishing can resume. Publish to give readers what is saved.",
    Kind.DISMISS: "Removed from the list of problems. The report is kept.",
}


@for_officers(PUBLISH)
@require_POST
def ask(request, context):
    """Ask to go back to an edition, resume publishing or dismiss a refusal."""
    kind = request.POST.get("kind")
    if kind not in ASKED:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    number = request.POST.get("number") or None
    why = request.POST.get("why", "").strip()[:300]
    if kind == Kind.ROLLBACK:
        if not why or not (number or "").isdecimal() or int(number) not in store.numbers():
            messages.error(request, "Choose an edition and say why. Every officer sees it.")
            return redirect("publishing:editions")
        number = int(number)
    elif kind == Kind.DISMISS:
        open_ids = {str(entry["id"]) for entry in outcomes.unmended()}
        if not why or number not in open_ids:
            messages.error(request, "Say why it does not need fixing. Every officer can read it.")
            return redirect("publishing:editions")
        number = int(number)
    else:
        number = None
    ask_for(kind, request.user.get_username(), why, number)
    messages.info(request, ASKED[kind])
    warn_without_publisher(request)
    return redirect("publishing:editions")


@for_officers(WITHDRAW)
def withdraw(request, context, label, key):
    """Take a number, place or entry off every page at once. One officer is enough."""
    row = get_object_or_404(content_model(label)._base_manager, pk=key)
    why = request.POST.get("why", "").strip()[:300]
    if request.method == "POST" and why:
        officer = request.user.get_username()
        # In one transaction: the withdrawal stops a running publication, and the request is next in
        # the queue.
        with transaction.atomic():
            withdrawing.withdraw(row, officer, why)
            ask_for(Kind.WITHDRAWAL, officer, why)
        when = (
            " It will be gone from every page within a minute." if state_files.has_watcher() else ""
        )
        messages.info(request, f"Withdrawn.{when}")
        warn_without_publisher(request)
        return redirect("publishing:editions")
    if request.method == "POST":
        messages.error(request, "Say why.")
    return render(
        request,
        "admin/publishing/withdraw.html",
        context | {"title": "Withdraw from every page", "row": row, "is_place": label in places()},
    )


@for_officers(PUBLISH)
@require_POST
def lift(request, context, key):
    """Let something withdrawn be published again. For a critical number, propose that instead."""
    withdrawal = get_object_or_404(Withdrawal, pk=key, lifted_at=None)
    if withdrawals.needs_second_person(withdrawal):
        messages.warning(request, "A second person must agree before this number is back. Say why.")
        return redirect("approvals:propose", withdrawal.key)
    with transaction.atomic():
        lines = []
        if withdrawal.label == Organization._meta.label_lower:
            officer = request.user.get_username()
            lines = withdrawals.keep_critical_lines_away(withdrawal.key, withdrawal, officer)
        withdrawing.lift_withdrawal(withdrawal, request.user.get_username())
    messages.info(request, "Withdrawal ended. Readers will see it again once it is published.")
    if lines:
        names = ", ".join(str(line) for line in lines)
        messages.warning(request, f"A second person must agree before these come back: {names}.")
    return redirect("publishing:editions")
