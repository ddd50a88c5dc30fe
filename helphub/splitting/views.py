"""A new strategy's text from a document: choose it, look at every piece, make the rows."""

import hashlib
import re

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helphub.content.permissions import for_officers
from helphub.splitting import documents, kinds, making, parts, proposing, reading
from helphub.splitting.earlier import Earlier
from helphub.splitting.forms import FileForm, PieceForm, apply, where
from helphub.splitting.models import Draft
from strategy.models import Strategy

ADD = "strategy.add_passage"
NEEDED = [f"strategy.add_{kind.model._meta.model_name}" for kind in kinds.ROWS.values()]
OVERTAKEN = (
    "Nothing was saved: you or a colleague saved other pieces meanwhile. What you chose is still "
    "below. Look at it, and press again."
)
MENDED = "Nothing was saved. Put right what is marked; what you chose is still below."
NOT_MADE = "Nothing was made. Put right what is listed below, then press again."


def _strategy(slug):
    """The strategy that is a draft. What readers see is changed in no other way."""
    return Strategy.objects.filter(slug=slug, state=Strategy.State.DRAFT).first()


@for_officers(ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def all_documents(request, context):
    """The documents that officers are working on, and the form for another one."""
    strategy, form = Strategy.objects.draft(), FileForm()
    if request.method == "POST" and strategy:
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                return _received(request, strategy, form.cleaned_data["file"])
            except ValidationError as error:
                form.add_error("file", error.messages)
    return render(
        request,
        "admin/splitting/documents.html",
        context
        | {
            "title": "Text from a document",
            "strategy": strategy,
            "form": form,
            "has_chapters": strategy is not None and strategy.chapters.exists(),
            "drafts": Draft.objects.defer("stored"),
        },
        status=400 if form.errors else 200,
    )


def _received(request, strategy, file):
    """Read a file and keep its pieces. The same file again is taken up where it was left."""
    found = reading.read(file)
    file.seek(0)
    digest = hashlib.sha256(file.read()).hexdigest()
    earlier = Draft.objects.filter(strategy=strategy.slug, digest=digest).first()
    if earlier is None:
        earlier = _begin(request, strategy, file, digest, found)
    else:
        messages.info(request, "This file is here already. You see it as it was left.")
    return redirect("splitting:document", earlier.pk)


def _begin(request, strategy, file, digest, found):
    chapters = [chapter.slug for chapter in strategy.chapters.order_by("position", "slug")]
    pieces = proposing.propose(found.blocks, Earlier.of(Strategy.objects.in_force()), chapters)
    draft = Draft(
        strategy=strategy.slug,
        digest=digest,
        file_name=file.name[:200],
        officer=request.user.get_username(),
        left_out=found.left_out,
    )
    try:
        with transaction.atomic():
            draft.keep(pieces)
    except IntegrityError:  # The button was pressed twice at once.
        return Draft.objects.get(strategy=strategy.slug, digest=digest)
    return draft


# One document


@for_officers(ADD)
@require_safe
def document(request, context, key):
    """What a document has, part by part, and the button that makes the rows."""
    draft = get_object_or_404(Draft, pk=key)
    return _document(request, context, draft)


def _document(request, context, draft, why="", faults=None):
    strategy = _strategy(draft.strategy)
    context |= {
        "title": draft.file_name,
        "draft": draft,
        "strategy": strategy,
        "left_out": documents.left_out_in_words(draft.left_out),
        "why": why,
    }
    if draft.made_at is None and strategy is not None:
        pieces = draft.pieces
        prepared = making.Prepared(pieces, strategy)
        faults = faults or prepared.faults
        in_parts = parts.parts_of(pieces)
        context |= {
            "prepared": prepared,
            "count": len(prepared.rows),
            "kinds": [(label, prepared.count[label]) for label in kinds.LABELS.values()],
            "parts": [(part, sum(part.has(key) for key in faults)) for part in in_parts],
            "to_mend": [
                (piece, _words(faults[piece.key])) for piece in pieces if piece.key in faults
            ],
            "next": next((part for part in in_parts if not part.is_confirmed), None),
        }
    return render(request, "admin/splitting/document.html", context, status=400 if why else 200)


def _words(faults):
    return [words for messages in faults.values() for words in messages]


@for_officers(ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def part(request, context, key, piece):
    """Some pieces of a document, each with what it is to be."""
    drafts = Draft.objects.select_for_update() if request.method == "POST" else Draft.objects
    with transaction.atomic():
        draft = get_object_or_404(drafts, pk=key)
        strategy = _strategy(draft.strategy)
        if draft.made_at or strategy is None:
            return redirect("splitting:document", key)
        pieces = draft.pieces
        in_parts = parts.parts_of(pieces)
        here = _here(in_parts, [piece, *_sent(request.POST)])
        if here is None:  # It was joined with another one.
            return redirect("splitting:document", key)
        why = ""
        forms = _forms(strategy, pieces, here, request.POST if request.method == "POST" else None)
        if request.method == "POST":
            wrong = [form for form in forms if not form.is_valid()]
            if request.POST.get("revision") != str(draft.revision):
                why = OVERTAKEN
            elif wrong:
                why = MENDED
            else:
                return _save(request, draft, pieces, here, forms)
    return _part(request, context, draft, strategy, pieces, in_parts, here, forms, why)


def _here(in_parts, keys):
    """The part with the first of these pieces that is still there."""
    return next((each for key in keys for each in in_parts if each.has(key)), None)


def _sent(data):
    """The keys of the pieces that a form was sent for."""
    return [int(key) for key in re.findall(r"\bp(\d+)-what", " ".join(data))]


def _forms(strategy, pieces, here, data):
    chapters = [
        (chapter.slug, chapter.name or chapter.title)
        for chapter in strategy.chapters.order_by("position", "slug")
    ]
    return [
        PieceForm(piece, chapters, is_first=piece is pieces[0], data=data) for piece in here.pieces
    ]


def _save(request, draft, pieces, here, forms):
    before = {(piece.key, piece.what, piece.text) for piece in pieces}
    apply(forms, pieces)
    draft.keep(pieces)
    in_parts = parts.parts_of(pieces)
    left = {piece.key for piece in pieces}
    first = next((piece.key for piece in here.pieces if piece.key in left), pieces[0].key)
    now = next(each for each in in_parts if each.has(first))
    faults = making.Prepared(pieces, _strategy(draft.strategy)).faults
    is_changed = before != {(piece.key, piece.what, piece.text) for piece in pieces}
    to_mend = sum(now.has(key) for key in faults)
    if "stay" in request.POST or (is_changed and to_mend):
        said = f" {to_mend} to put right: see what is marked." if to_mend else ""
        messages.success(request, f"Saved.{said}")
        return redirect("splitting:part", draft.pk, first)
    following = next((each for each in in_parts[now.number :] if not each.is_confirmed), None)
    if following is None:
        return redirect("splitting:document", draft.pk)
    return redirect("splitting:part", draft.pk, following.key)


def _part(request, context, draft, strategy, pieces, in_parts, here, forms, why):
    prepared = making.Prepared(pieces, strategy)
    chapters = dict(strategy.chapters.values_list("slug", "name_en"))
    heading = {
        piece.key: (section, chapters.get(chapter, ""))
        for piece, section, chapter in proposing.sections(pieces)
    }
    for form in forms:
        form.point_at(prepared.faults.get(form.piece.key, {}) if not why else {})
    shown = [
        {
            "form": form,
            "piece": form.piece,
            "where": where(form.piece),
            "faults": [] if why else prepared.faults.get(form.piece.key, {}),
            "notes": prepared.notes.get(form.piece.key, []),
            "is_there": form.piece.key in prepared.already,
        }
        for form in forms
    ]
    return render(
        request,
        "admin/splitting/part.html",
        context
        | {
            "title": f"{draft.file_name}: part {here.number} of {len(in_parts)}",
            "draft": draft,
            "part": here,
            "shown": shown,
            "above": heading[here.key],
            "why": why,
            "previous": in_parts[here.number - 2] if here.number > 1 else None,
            "following": in_parts[here.number] if here.number < len(in_parts) else None,
        },
        status=400 if why else 200,
    )


# What becomes of it


@for_officers(ADD)
@require_POST
def make(request, context, key):
    """Make the rows, once."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    try:
        with transaction.atomic():
            draft = get_object_or_404(Draft.objects.select_for_update(), pk=key)
            strategy = _strategy(draft.strategy)
            if draft.made_at or strategy is None:
                return redirect("splitting:document", key)
            if not all(piece.is_confirmed for piece in draft.pieces):
                why = "Nothing was made. Look at every part first, and save it."
                return _document(request, context, draft, why)
            prepared = making.make(request, draft, strategy)
    except making.RefusedError as error:
        draft = get_object_or_404(Draft, pk=key)
        return _document(request, context, draft, NOT_MADE, error.faults)
    messages.success(request, f"{len(prepared.rows)} rows were made.")
    return redirect("splitting:document", key)


@for_officers(ADD)
@require_POST
def forget(request, context, key):
    """Forget a document and what was chosen for it. Rows that were made stay."""
    draft = get_object_or_404(Draft, pk=key)
    draft.delete()
    messages.info(request, f"“{draft.file_name}” is forgotten. No row was changed.")
    return redirect(reverse("splitting:documents"))
