"""The pages for a translator's files: export, what an import would change, and taking it."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from helphub.content.permissions import for_officers
from helphub.languages import parts
from helphub.languages.exchange import compare, entries, formats, taking
from helphub.languages.views import ANYONE, TRANSLATE, address_of, language_of, title_of

CHANGED = (
    "Something has changed here since you saw this page. Nothing was taken. Look at the "
    "differences again."
)


class ExportForm(forms.Form):
    part = forms.ChoiceField(
        label="Part of the site",
        required=False,
        choices=[("", "All of it"), *parts.PARTS.items()],
        help_text="The words of the frame, such as buttons, come with the program and are not in "
        "these files.",
    )
    format = forms.ChoiceField(
        choices=[(key, f"{form.name}, {form.is_for}") for key, form in formats.FORMATS.items()]
    )


class ImportForm(forms.Form):
    file = forms.FileField(
        label="The file that came back",
        max_length=200,
        allow_empty_file=True,  # The reader says more plainly that it is empty.
        error_messages={"required": "Choose a file first."},
        widget=forms.FileInput(
            attrs={"accept": ",".join(formats.ENDINGS), "data-most-mb": formats.MOST_MB}
        ),
        help_text=f"{', '.join(formats.ENDINGS)}; at most {formats.MOST_MB} MB. You see every "
        "difference before anything changes.",
    )


@for_officers(*ANYONE)
def files(request, context, code):
    """Export and import. What an import would change is shown before anything is written."""
    language = language_of(code)
    form = ImportForm()
    if request.method == "POST":
        if not request.user.has_perm(TRANSLATE):
            raise PermissionDenied
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                found = formats.read(form.cleaned_data["file"], code)
                outcome = compare.compare(found, code)
                return _differences(request, context, language, outcome)
            except ValidationError as error:
                form.add_error("file", error.messages)
    return render(
        request,
        "admin/languages/files.html",
        context
        | {
            "title": f"{language['name']}: files",
            "language": language,
            "export_form": ExportForm(),
            "import_form": form,
            "may_import": request.user.has_perm(TRANSLATE),
        },
    )


@for_officers(*ANYONE)
@require_safe
def export(request, context, code):
    """The file of a language, or of a part of the site in it."""
    language_of(code)
    form = ExportForm(request.GET)
    if not form.is_valid():
        return redirect("translations:files", code)
    chosen, part = formats.FORMATS[form.cleaned_data["format"]], form.cleaned_data["part"]
    name = f"{code}-{slugify(part.replace('.', '-')) or 'all'}{chosen.endings[0]}"
    return HttpResponse(
        chosen.write(entries.of_language(code, part), code),
        content_type=chosen.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@for_officers(TRANSLATE)
@require_POST
def take(request, context, code):
    """Take what the page before showed, if it is still so."""
    language = language_of(code)
    try:
        mark, found = taking.unseal(request.POST.get("_file", ""), code, request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("translations:files", code)
    outcome = compare.compare(found, code)
    if outcome.mark != mark or not outcome.may_be_taken:
        return _differences(request, context, language, outcome, [CHANGED])
    try:
        taking.take(outcome, code, request.user, hand_in="hand_in" in request.POST)
    except ValidationError as error:
        return _differences(request, context, language, outcome, error.messages)
    messages.success(request, _taken(outcome, "hand_in" in request.POST))
    return redirect("translations:files", code)


def _taken(outcome, is_handed_in):
    taken, left = len(outcome.differences), len(outcome.conflicts)
    said = f"{taken} text{'s' if taken > 1 else ''} taken"
    said += ", and handed in. Two reviewers will look at them." if is_handed_in else " as drafts."
    if left:
        said += f" Left as they are here: {left}. Choose the file again to see them."
    return said


def _differences(request, context, language, outcome, why=()):
    """The page that shows all that an import would do."""
    code = language["code"]
    return render(
        request,
        "admin/languages/differences.html",
        context
        | {
            "title": f"{language['name']}: what the file would change",
            "language": language,
            "outcome": outcome,
            "differences": _with_links(outcome.differences, code),
            "conflicts": _with_links(outcome.conflicts, code),
            "why": why,
            "sealed": taking.seal(outcome, code, request.user) if outcome.may_be_taken else "",
        },
    )


def _with_links(items, code):
    return [(item, address_of(code, item.text.name), title_of(item.text)) for item in items]
