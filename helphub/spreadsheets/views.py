"""Lists as spreadsheets: the export, the file that came back, what it would change, the result."""

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list, slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helphub.approvals.digits import compared, differences
from helphub.content import validators
from helphub.content.permissions import SEE, for_officers
from helphub.history.recording import recording
from helphub.spreadsheets import critical, lines, reading, saving, writing
from helphub.spreadsheets.comparing import Comparison
from helphub.spreadsheets.lines import Line
from helphub.spreadsheets.models import Upload, forget_old
from helphub.spreadsheets.tables import BOOKS

ANYONE = [f"{book.model._meta.app_label}.view_{book.model._meta.model_name}" for book in
          BOOKS.values()]  # fmt: skip
CHANGED = (
    "Something has changed here since you saw this page. Nothing was saved. Look at the "
    "differences again."
)
WITH_PROPOSALS = (
    "Nothing was saved yet: what you ticked has the digits of a critical number. Say where they "
    "come from, and save again."
)
LOST_ZEROS = (
    "Excel, or another program, took the 0 away from the start of {}. Nothing is changed by that."
)
OVER = "This file is not kept any more. Choose it again."
NO_SOURCE = "Say where the number comes from, so that a second person can check it."


class ImportForm(forms.Form):
    file = forms.FileField(
        label="The file that you changed",
        max_length=200,
        allow_empty_file=True,  # The reader says more plainly that it is empty.
        error_messages={"required": "Choose a file first."},
        widget=forms.FileInput(
            attrs={"accept": ",".join(reading.ENDINGS), "data-most-mb": reading.MOST_MB}
        ),
        help_text=f"{' or '.join(reading.ENDINGS)}; at most {reading.MOST_ROWS:,} rows and "
        f"{reading.MOST_MB} MB. You see every difference before anything is saved.",
    )


class SourceField(forms.CharField):
    """Where a critical number comes from, for the second person."""

    def __init__(self):
        super().__init__(
            max_length=300,
            validators=[validators.validate_characters],
            error_messages={"required": NO_SOURCE},
        )


def _book(request, label):
    """A book that this officer may see."""
    if label not in BOOKS:
        raise Http404("This list has no spreadsheet.")
    book = BOOKS[label]
    if not book.tables_for(request) or not book.admin.has_view_permission(request):
        raise PermissionDenied
    return book


@for_officers(*ANYONE)
@require_safe
def books(request, context):
    """What can be done with spreadsheets, and for which lists."""
    mine = [book for book in BOOKS.values() if book.admin.has_view_permission(request)]
    return render(
        request,
        "admin/spreadsheets/books.html",
        context | {"title": "Spreadsheets", "books": mine},
    )


def _listed(request, book):
    """The records that the list shows, with its filters and its search."""
    return list(book.admin.get_changelist_instance(request).queryset.values_list("pk", flat=True))


@for_officers(*ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def book(request, context, label):
    """The page of one list: export it, or send the file that came back."""
    of_list = _book(request, label)
    form = ImportForm()
    if request.method == "POST":
        if not of_list.admin.has_change_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                return _received(request, context, of_list, form.cleaned_data["file"])
            except ValidationError as error:
                form.add_error("file", error.messages)
    tables = of_list.tables_for(request)
    try:
        count = len(_listed(request, of_list)) if request.method != "POST" else None
    except IncorrectLookupParameters:
        return redirect("spreadsheets:book", label)
    return render(
        request,
        "admin/spreadsheets/book.html",
        context
        | {
            "title": f"{of_list.title} as a spreadsheet",
            "book": of_list,
            "tables": tables,
            "sheets": get_text_list(
                [table.title.lower() for table in tables] if len(tables) > 1 else [], "and"
            ),
            "count": count,
            "is_narrowed": bool(request.GET),
            "query": f"?{request.GET.urlencode()}" if request.GET else "",
            "form": form,
            "may_import": of_list.admin.has_change_permission(request),
            "list_url": _list_url(of_list),
        },
        status=400 if form.errors else 200,
    )


def _list_url(book):
    return reverse(f"admin:{book.label.replace('.', '_')}_changelist")


@for_officers(*ANYONE)
@require_safe
def export(request, context, label, form, title=""):
    """The file: what the list shows, as its filters and its search stand in the address."""
    book = _book(request, label)
    tables = book.tables_for(request)
    if title:
        tables = [table for table in tables if slugify(table.title) == title]
    if form not in writing.CONTENT_TYPES or not tables:
        raise Http404("There is no such file.")
    try:
        keys = _listed(request, book)
    except IncorrectLookupParameters:
        return redirect("spreadsheets:book", label)
    if form == writing.XLSX:
        data = writing.as_xlsx(book, tables, keys)
    else:
        data = writing.as_csv(tables[0], book.keys_for(tables[0], keys))
    name = slugify(tables[0].title if form == writing.CSV else book.title)
    name = f"{name}-{timezone.localdate()}.{form}"
    return HttpResponse(
        data,
        content_type=writing.CONTENT_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# The file that came back.


def _received(request, context, book, file):
    """Read a file and keep what it would change. Shows why it cannot be taken, if so."""
    found, refusals = lines.of_sheets(reading.read(file), book)
    comparison = Comparison(book, request)
    outcome = comparison.compare(found)
    outcome.refusals[:0] = refusals
    if outcome.lost_zeros:
        count = outcome.lost_zeros
        numbers = "1 number" if count == 1 else f"{count} numbers"
        messages.info(request, LOST_ZEROS.format(numbers))
    known = {refusal.place for refusal in outcome.refusals}
    outcome.refusals += [
        refusal for refusal in saving.trial(request, outcome.to_take) if refusal.place not in known
    ]
    if outcome.refusals or not outcome.edits:
        return _differences(request, context, book, outcome, file_name=file.name)
    forget_old()
    upload = Upload(
        officer=request.user.pk,
        label=book.label,
        file_name=file.name[:200],
        unchanged=outcome.unchanged,
    )
    upload.keep([line.stored() for line in outcome.lines])
    upload.save()
    return redirect("spreadsheets:preview", upload.key)


def _upload(request, key, **conditions):
    """What this officer sent. Nobody else may see it."""
    return get_object_or_404(Upload, key=key, officer=request.user.pk, **conditions)


def _compared(request, upload, chosen=(), *, is_final=False):
    """The book of an upload, and what it would change now. None if its rows cannot be read."""
    book, rows = _book(request, upload.label), upload.rows
    if rows is None:
        return book, None
    comparison = Comparison(book, request, is_final=is_final)
    outcome = comparison.compare([Line.restored(row) for row in rows], chosen)
    outcome.unchanged += upload.unchanged
    return book, outcome


@for_officers(*ANYONE)
@require_safe
def preview(request, context, key):
    """All that a file would change."""
    upload = _upload(request, key)
    if upload.taken_at:
        return redirect("spreadsheets:result", key)
    book, outcome = _compared(request, upload)
    if outcome is None:
        return _is_over(request, book)
    return _differences(request, context, book, outcome, upload)


def _is_over(request, book):
    messages.error(request, OVER)
    return redirect("spreadsheets:book", book.label)


@for_officers(*ANYONE)
@require_POST
def take(request, context, key, may_propose=False):
    """Save what the page showed, if it is still so."""
    upload = get_object_or_404(Upload.objects.select_for_update(), key=key, officer=request.user.pk)
    if upload.taken_at:
        return redirect("spreadsheets:result", key)
    chosen = set(request.POST.getlist("use"))
    book, outcome = _compared(request, upload, chosen, is_final=True)
    if outcome is None:
        return _is_over(request, book)
    if not book.admin.has_change_permission(request):
        raise PermissionDenied
    proposals = _proposals(outcome, request.POST)
    why = []
    if outcome.mark != request.POST.get("mark"):
        why = [CHANGED]
    elif proposals and not may_propose:
        why = [WITH_PROPOSALS]
    if why or outcome.refusals or any(proposal["errors"] for proposal in proposals):
        return _differences(request, context, book, outcome, upload, why, proposals)
    try:
        with recording(why=critical.WHY):
            sources = {proposal["edit"].key: proposal["source"] for proposal in proposals}
            saved = saving.save(request, outcome.to_take, sources)
    except saving.RefusedError as error:
        outcome.refusals += error.refusals
        return _differences(request, context, book, outcome, upload, why, proposals)
    told = [_said(each) for each in saved]
    left = sum(not change.is_chosen for edit in outcome.edits for change in edit.conflicts)
    upload.close({"saved": told, "left": left})
    return redirect("spreadsheets:result", key)


def _said(saved):
    """What the result says of a record."""
    headings = [item.heading for change in saved.edit.taken for item in change.differences]
    name = saved.edit.model._meta.label_lower.replace(".", "_")
    return {
        "title": str(saved.row),
        "kind": str(saved.edit.kind),
        "url": reverse(f"admin:{name}_change", args=[saved.row.pk]),
        "is_new": saved.edit.key is None,
        "changed": ", ".join(dict.fromkeys(headings)),
        "notes": saved.notes,
        "proposal": saved.proposal.get_absolute_url() if saved.proposal else "",
    }


def _proposals(outcome, sent=None):
    """The critical numbers for which the file has other digits, with the officer's sources."""
    found = []
    for edit in outcome.to_take:
        if not (digits := edit.proposed):
            continue
        field, source = SourceField(), (sent or {}).get(f"source-{edit.key}", "")
        errors = []
        if sent is not None:
            try:
                field.clean(source)
            except ValidationError as error:
                errors = error.messages
        now = edit.now.fields["display"]
        new = digits.get("display") or digits.get("dial", now)
        old, other = compared(now, new)
        found.append(
            {
                "edit": edit,
                "old": old,
                "new": other,
                "words": differences(now, new),
                "source": source,
                "errors": errors,
            }
        )
    return found


def _differences(
    request, context, book, outcome, upload=None, why=(), proposals=None, file_name=""
):
    """The page that shows all that a file would change, or why it cannot be taken."""
    proposals = _proposals(outcome) if proposals is None else proposals
    outcome.refusals = lines.in_order(outcome.refusals, book)
    is_wrong = bool(why or outcome.refusals or any(p["errors"] for p in proposals))
    return render(
        request,
        "admin/spreadsheets/differences.html",
        context
        | {
            "title": f"{book.title}: what the file would change",
            "book": book,
            "outcome": outcome,
            "upload": upload,
            "file_name": upload.file_name if upload else file_name,
            "why": why,
            "proposals": proposals,
            "may_be_taken": upload is not None and bool(outcome.edits) and not outcome.refusals,
        },
        status=400 if is_wrong else 200,
    )


@for_officers(*ANYONE)
@require_POST
def forget(request, context, key):
    """Delete what was sent, without saving any of it."""
    upload = _upload(request, key, taken_at=None)
    upload.delete()
    messages.info(request, "Nothing was saved, and the file is forgotten.")
    return redirect("spreadsheets:book", upload.label)


@for_officers(*ANYONE)
@require_safe
def result(request, context, key):
    """What was saved from a file."""
    upload = _upload(request, key, taken_at__isnull=False)
    book = _book(request, upload.label)
    return render(
        request,
        "admin/spreadsheets/result.html",
        context
        | {
            "title": f"{book.title}: saved from a spreadsheet",
            "book": book,
            "upload": upload,
            "saved": [item for item in upload.result["saved"] if item["changed"]],
            "left": upload.result["left"],
            "proposals": [item for item in upload.result["saved"] if item["proposal"]],
            "may_see_waiting": request.user.has_perm(SEE),
            "list_url": _list_url(book),
        },
    )
