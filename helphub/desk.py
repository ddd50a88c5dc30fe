"""The officers' desk in the admin: publish, look at editions, go back, withdraw.

It asks; the publisher (`manage.py publish --watch`) does. In English only, as all of the admin.
"""

import difflib
from datetime import datetime
from http import HTTPStatus

from django.apps import apps
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from helphub import health
from helphub.edition import facts, publish, store
from helphub.edition.bake import content_models
from helphub.edition.gate import Refusal
from helphub.models import PublicationRequest, Withdrawal

Kind, State = PublicationRequest.Kind, PublicationRequest.State
MOST_SHOWN = 200


def ask_for(kind, who, why="", number=None):
    """Ask the publisher for something, once."""
    waiting = PublicationRequest.objects.filter(kind=kind, state=State.WAITING, number=number)
    return waiting.first() or PublicationRequest.objects.create(
        kind=kind, who=who, why=why, number=number
    )


def changes_since_edition():
    """How often something was saved since readers' edition was made."""
    folder = store.current()
    if folder is None:
        return None
    try:
        made_at = store.manifest_of(folder)["made_at"]
    except store.StoreError:
        return None
    moment = datetime.fromtimestamp(made_at, timezone.get_default_timezone())
    log = apps.get_model("admin.LogEntry").objects.filter(action_time__gt=moment)
    return log.exclude(content_type__app_label="auth").count()


def state():
    """What stands at the head of every page of the admin."""
    last = PublicationRequest.objects.exclude(state=State.WAITING).first()
    return {
        "hold": store.hold(),
        "faults": health.faults(),
        "is_late": health.waiting_too_long(),
        "busy": PublicationRequest.objects.filter(state__in=[State.WAITING, State.RUNNING]).first(),
        "refused": last if last and last.state == State.REFUSED else None,
        "has_watcher": store.has_watcher(),
        "changes": changes_since_edition(),
    }


def refusals_of(report):
    """The refusals of a report, each with the form where it is mended."""
    return [
        {"refusal": one, "url": form_of(one.record)}
        for one in map(Refusal.from_json, report.get("refusals", []) + report.get("held", []))
    ]


def form_of(record):
    """The address of a record's form in the admin, or nothing."""
    if record is None:
        return ""
    name = record.label.replace(".", "_")
    try:
        return reverse(f"admin:{name}_change", args=[record.key])
    except NoReverseMatch:
        return ""


@require_safe
def editions(request, context):
    found = []
    for number in reversed(store.numbers()):
        folder = store.folder_of(number)
        one = {
            "number": number,
            "is_current": folder == store.current(),
            "is_forbidden": store.is_forbidden(folder),
        }
        try:
            manifest = store.manifest_of(folder)
        except store.StoreError as error:
            one["fault"] = str(error)
        else:
            one |= {name: manifest[name] for name in ("who", "why", "forced", "held")}
            one["made_at"] = _moment(manifest["made_at"])
            one["counts"] = {name: len(pages) for name, pages in manifest["changes"].items()}
        found.append(one)
    last = store.last() or {}
    return render(
        request,
        "admin/helphub/editions.html",
        context
        | {
            "title": "Editions",
            "editions": found,
            "requests": PublicationRequest.objects.all()[:10],
            "hold": store.hold(),
            "refusals": refusals_of(last),
            "was_refused": last.get("state") == "refused",
            "withdrawals": Withdrawal.objects.filter(lifted_at=None),
        },
    )


def _moment(seconds):
    return datetime.fromtimestamp(seconds, timezone.get_default_timezone())


def _folder(number):
    folder = store.folder_of(number)
    try:
        return folder, store.manifest_of(folder)
    except store.StoreError as error:
        raise Http404(str(error)) from error


@require_safe
def edition(request, context, number):
    _path, manifest = _folder(number)
    return render(
        request,
        "admin/helphub/edition.html",
        context
        | {
            "title": f"Edition {number}",
            "number": number,
            "manifest": manifest,
            "made_at": _moment(manifest["made_at"]),
            "changes": {k: v[:MOST_SHOWN] for k, v in manifest["changes"].items()},
            "refusals": refusals_of(manifest),
            "pages": [a for a, p in manifest["pages"].items() if p["type"].startswith("text/html")],
        },
    )


def _page(folder, manifest, address):
    page = manifest["pages"].get(address)
    if page is None or page["file"] is None:
        return None
    return (folder / "pages" / page["file"]).read_bytes()


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


@require_safe
def words_of_page(request, context, number):
    """What changed in a page's words from the edition before."""
    folder, manifest = _folder(number)
    address = request.GET.get("address", "")
    if address not in manifest["pages"]:
        raise Http404("The edition has no such page.")
    new = _page(folder, manifest, address) or b""
    old = b""
    if manifest["before"]:
        before = folder.with_name(manifest["before"])
        try:
            old = _page(before, store.manifest_of(before), address) or b""
        except (store.StoreError, OSError):
            old = b""
    return render(
        request,
        "admin/helphub/words.html",
        context
        | {
            "title": f"What changed on {address}",
            "number": number,
            "address": address,
            "parts": word_difference(facts.words_of(old.decode()), facts.words_of(new.decode())),
        },
    )


def word_difference(old, new):
    """Words kept, taken out and put in: (what, text), a few words around each change."""
    parts = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        if what == "equal":
            words = old[from_old:to_old]
            if len(words) > 12:
                words = [*words[:6], "…", *words[-6:]]
            parts.append(("same", " ".join(words)))
            continue
        if to_old > from_old:
            parts.append(("out", " ".join(old[from_old:to_old])))
        if to_new > from_new:
            parts.append(("in", " ".join(new[from_new:to_new])))
    return parts


ASKED = {
    Kind.RELEASE: "Publishing takes a few seconds. This page says what came of it.",
    Kind.ROLLBACK: "Going back to that edition. It takes a few seconds.",
    Kind.LIFT: "Going back ends. Publish to give readers what is saved.",
}


@require_POST
def ask(request, context):
    """Ask for a publication, for going back to an edition, or for the end of that."""
    kind = request.POST.get("kind", Kind.RELEASE)
    if kind not in ASKED:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    number = request.POST.get("number") or None
    why = request.POST.get("why", "").strip()[:300]
    if kind == Kind.ROLLBACK:
        if not why or not (number or "").isdecimal() or int(number) not in store.numbers():
            messages.error(request, "Choose an edition and say why: every officer sees it.")
            return redirect("admin:editions")
        number = int(number)
    else:
        number = None
    ask_for(kind, request.user.get_username(), why, number)
    messages.info(request, ASKED[kind])
    if not store.has_watcher():
        messages.warning(
            request, "The publisher is not running. Start it: manage.py publish --watch"
        )
    return redirect("admin:editions")


def withdraw(request, context, label, key):
    """Take one number, place or entry off every page at once, on one officer's word."""
    model = next((m for m in content_models() if m._meta.label_lower == label), None)
    if model is None or model._meta.auto_created:
        raise Http404("There is no such kind of record.")
    row = get_object_or_404(model._base_manager, pk=key)
    why = request.POST.get("why", "").strip()[:300]
    if request.method == "POST" and why:
        who = request.user.get_username()
        publish.withdraw(row, who, why)
        ask_for(Kind.WITHDRAWAL, who, why)
        messages.info(request, "Withdrawn. It leaves every page within a minute.")
        if not store.has_watcher():
            messages.warning(
                request,
                "The publisher is not running. Start it at once: manage.py publish --watch",
            )
        return redirect("admin:editions")
    if request.method == "POST":
        messages.error(request, "Say why.")
    return render(
        request,
        "admin/helphub/withdraw.html",
        context | {"title": "Withdraw from every page", "row": row},
    )


@require_POST
def lift(request, context, key):
    """Let something withdrawn be published again."""
    withdrawal = get_object_or_404(Withdrawal, pk=key, lifted_at=None)
    publish.lift_withdrawal(withdrawal, request.user.get_username())
    messages.info(request, "Lifted. Readers see it again when it is published.")
    return redirect("admin:editions")
