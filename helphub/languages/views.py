"""The translator's desk: how far each language is, what waits, and one text at a time."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language_info
from django.views.decorators.http import require_POST, require_safe

from helphub.content.diff import word_difference
from helphub.content.permissions import SEE, for_officers
from helphub.content.registry import Record
from helphub.languages import glossary, names, parts, safety_set, same_meaning, texts, writing
from helphub.languages.checks import BRACES
from helphub.languages.models import Approval, Language, Translation
from helphub.languages.names import codes
from helphub.languages.offered import offered
from helphub.languages.states import Known, Name, State, of_text

TRANSLATE, REVIEW = "languages.translate", "languages.review"
ANYONE = (TRANSLATE, REVIEW, SEE)
# What a translator or a reviewer can do something about.
WAITING = {State.MISSING, State.OUT_OF_DATE, State.DRAFT, State.IN_REVIEW, State.LOOK_AGAIN}

WITH_A_NOTE = "with a note"


def language_of(code):
    if code not in codes():
        raise Http404("The site does not have this language.")
    return get_language_info(code) | {"name": names.in_english(code)}


@for_officers(*ANYONE)
@require_safe
def overview(request, context):
    """How far each part of the site is in each language."""
    table = parts.matrix()
    records = {row.slug: row.pk for row in Language.objects.all()}
    found = list(safety_set.everything())
    left = {code: len(safety_set.left(code, found)) for code in codes()}
    rows = [
        (part, title, [(code, table[part][code]) for code in codes()])
        for part, title in parts.PARTS.items()
    ]
    languages = [
        language_of(code)
        | {"is_offered": code in offered(), "left": left[code], "record": records.get(code)}
        for code in codes()
    ]
    return render(
        request,
        "admin/languages/overview.html",
        context
        | {
            "title": "Translations",
            "languages": languages,
            "rows": rows,
            "may_offer": request.user.has_perm("languages.change_language"),
        },
    )


@for_officers(*ANYONE)
@require_safe
def queue(request, context, code):
    """What is left to do in a language, the most important first."""
    language = language_of(code)
    part, state = request.GET.get("part", ""), request.GET.get("state", "")
    notes = writing.notes_in(code)
    items = [
        item
        for item in parts.items(code)
        if part in ("", parts.part_of(item.text)) and _is_wanted(item, state, notes)
    ]
    groups = {}
    for item in items:
        note = notes.get(item.text.name, "")
        groups.setdefault(parts.part_of(item.text), []).append(
            (item, address_of(code, item.text.name), title_of(item.text), note)
        )
    return render(
        request,
        "admin/languages/queue.html",
        context
        | {
            "title": f"{language['name']}: what is left",
            "language": language,
            "groups": [(key, parts.PARTS[key], found) for key, found in groups.items()],
            "may_review": request.user.has_perm(REVIEW),
            "states": [*State, WITH_A_NOTE],
            "all_parts": parts.PARTS,
            "part": part,
            "state": state,
        },
    )


def _is_wanted(item, state, notes):
    """Whether a text is among those in this state, or still to do."""
    if state in set(State):
        return item.state == state
    return item.state in WAITING and (state != WITH_A_NOTE or item.text.name in notes)


def address_of(code, name):
    return reverse("translations:translation", args=[code, name.label, name.key, name.field])


def title_of(text):
    """A text as the desk calls it: the record and the field, or the English itself."""
    if text.record is None:
        return text.english
    field = text.record._meta.get_field(text.name.field).verbose_name
    return f"{text.record}: {field}"


class WordsForm(forms.Form):
    """A translation, and what the next person should know."""

    words = forms.CharField(label="Translation", widget=forms.Textarea, strip=True)
    note = forms.CharField(
        label="Note to the next person",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Anything you were not sure of. Readers never see this.",
    )
    seen = forms.CharField(widget=forms.HiddenInput)


class ApprovalForm(forms.ModelForm):
    """What a reviewer says."""

    is_approved = forms.TypedChoiceField(
        label="What is your answer?",
        choices=[("yes", "Approve: it is right"), ("no", "Send back: it needs a change")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Approval
        fields = ["name", "qualification", "is_approved", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def clean(self):
        values = super().clean()
        if values.get("is_approved") is False and not values.get("note"):
            self.add_error("note", "Say what needs to change, so that it can be put right.")
        return values


def _text(code, label, key, field):
    language_of(code)
    text = texts.find(Name(label, key, field))
    if text is None or not text.english:
        raise Http404("There is no such text.")
    return text


@for_officers(*ANYONE)
def translation(request, context, code, label, key, field):
    """One text: the English, the words, what changed, and what reviewers said."""
    text = _text(code, label, key, field)
    may_write = request.user.has_perm(TRANSLATE) and text.record is not None
    form = _words_form(text, code, request.POST or None)
    if request.method == "POST" and may_write and form.is_valid():
        if _saved(request, form, text, code):
            return redirect(address_of(code, text.name))
        text = _text(code, label, key, field)
        form.data = form.data.copy()
        form.data["seen"] = writing.seen(text, code)
    return _page(request, context, text, code, form, _approval_form(request, text, code))


def _words_form(text, code, data=None):
    info = get_language_info(code)
    note = writing.note_of(text, code)
    initial = {"words": text.words[code], "note": note, "seen": writing.seen(text, code)}
    form = WordsForm(data, initial=initial)
    form.fields["words"].widget.attrs |= {
        "lang": code,
        "dir": "rtl" if info["bidi"] else "ltr",
        "rows": min(30, 3 + len(text.english) // 50 + text.english.count("\n")),
        "spellcheck": "true",
    }
    return form


def _saved(request, form, text, code):
    """Save what was typed, and hand it in if asked to. Otherwise say in the form what is wrong."""
    given = form.cleaned_data
    who = request.user.get_username()
    try:
        writing.write(text, code, given["words"], who, given["seen"], given["note"])
        if "hand_in" in request.POST:
            writing.hand_in_for_review(texts.find(text.name), code)
            messages.success(request, "Saved and handed in for review.")
        else:
            messages.success(request, "Saved as a draft. Readers do not see it yet.")
    except ValidationError as error:
        form.add_error("words", error.messages)
        return False
    return True


def _approval_form(request, text, code, data=None):
    initial = writing.reviewer(request.user.get_username()) | {"seen": writing.seen(text, code)}
    return ApprovalForm(data, initial=initial, prefix="review")


@for_officers(REVIEW)
@require_POST
def review(request, context, code, label, key, field):
    """Approve a translation, or send it back."""
    text = _text(code, label, key, field)
    form = _approval_form(request, text, code, request.POST)
    if form.is_valid():
        approval = form.save(commit=False)
        approval.reviewer = request.user.get_username()
        try:
            is_enough = writing.review(text, code, approval, form.cleaned_data["seen"])
        except ValidationError as error:
            form.add_error(None, error.messages)
            # The next press is about what this page shows. Nobody has answered that yet.
            text = _text(code, label, key, field)
            form.data = form.data.copy()
            form.data["review-seen"] = writing.seen(text, code)
            form.data.pop("review-is_approved")
        else:
            messages.success(request, _thanks(approval, is_enough))
            return redirect(address_of(code, text.name))
    return _page(request, context, text, code, _words_form(text, code), form)


def _thanks(approval, is_enough):
    if not approval.is_approved:
        return "Sent back. The translator will see your note."
    if is_enough:
        return "Approved by enough people. It goes out with the next publication."
    return "Approved. Someone else needs to approve it too."


def _page(request, context, text, code, form, approval_form):
    label, key, field = text.name
    known = Known(label=label, key=key, field=field, language=code)
    row = known.translations.get((text.name, code))
    state = known.state(text.name, code, text.english, text.words[code])
    has_changed = row and row.made_from != of_text(text.english)
    is_by_machine = row and row.how == Translation.How.MACHINE
    why_not = row and writing.why_not(row, request.user.get_username())
    language = language_of(code)
    return render(
        request,
        "admin/languages/translation.html",
        context
        | {
            "title": f"{title_of(text)}, in {language['name']}",
            "language": language,
            "text": text,
            "words": text.words[code],
            "state": state,
            "row": row,
            "is_by_machine": is_by_machine,
            "change": word_difference(row.english.split(), text.english.split())
            if has_changed
            else [],
            "differs": row and same_meaning.differs(text.name, row.made_from, text.english),
            "tokens": list(dict.fromkeys(BRACES.findall(text.english))),
            "terms": glossary.terms_in(text.english, code),
            "form": form,
            "may_write": request.user.has_perm(TRANSLATE) and text.record is not None,
            "approvals": writing.approvals(text, code),
            "sent_back": writing.sent_back(text, code),
            "approval_form": approval_form,
            "may_review": request.user.has_perm(REVIEW)
            and writing.can_be_reviewed(row, state)
            and not why_not,
            "why_not": why_not,
            "record": text.record and Record(label, key, str(text.record)),
            "next": _next(code, text),
        },
    )


def _next(code, text):
    """The next text in the queue, to save going back to the list."""
    items = iter(parts.items(code))
    # What comes before it, and itself.
    any(item.text.name == text.name for item in items)
    return next((address_of(code, item.text.name) for item in items if item.state in WAITING), "")
