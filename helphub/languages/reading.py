"""Reading a part of the site in a language: approve its texts or send them back, all at once."""

import re
from collections import Counter
from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render

from helphub.content.diff import word_difference
from helphub.content.permissions import for_officers
from helphub.languages import parts, texts, writing
from helphub.languages.models import Approval, SameMeaning, Translation
from helphub.languages.names import codes
from helphub.languages.states import Known, Name, State, of_text
from helphub.languages.views import REVIEW, address_of, language_of, title_of

# A form may have 1,000 fields, and somebody has to read all this in one go.
MOST = 100
NAME = re.compile(r"([a-z]+(?:\.[a-z]+)?)/([0-9]{1,18})/(\w+)")
SAID = APPROVED, ENOUGH, SENT_BACK = (
    "Approved, and someone else needs to approve it too",
    "Approved by enough people, to go out with the next publication",
    "Sent back",
)


class ReviewerForm(forms.ModelForm):
    """Who reviews: for every text of the page."""

    class Meta:
        model = Approval
        fields = ["name", "qualification"]


class AnswerForm(forms.Form):
    """What a reviewer says of one text: a tick, a note, or nothing yet."""

    seen = forms.CharField(widget=forms.HiddenInput)
    is_right = forms.BooleanField(label="It is right", required=False)
    note = forms.CharField(
        label="What needs a change?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @property
    def is_answered(self):
        return bool(self.cleaned_data.get("is_right") or self.cleaned_data.get("note"))

    def clean(self):
        values = super().clean()
        if values.get("is_right") and values.get("note"):
            raise ValidationError(
                "You ticked this, and also wrote what needs a change. Take away one of them."
            )
        return values


class Kept(NamedTuple):
    """An answer that was not taken: what was typed, and why not."""

    form: AnswerForm
    why: str = ""
    note: str = ""
    title: str = ""
    url: str = ""


@for_officers(REVIEW)
def read(request, context, code, part):
    """Read a part side by side. What has changed since the page was opened is not approved."""
    language = language_of(code)
    if part not in parts.PARTS:
        raise Http404("The site has no such part.")
    who = request.user.get_username()
    reviewer = ReviewerForm(request.POST or None, initial=writing.reviewer(who))
    kept = {}
    if request.method == "POST":
        kept = _take(request, code, reviewer)
        if not kept and reviewer.is_valid():
            return redirect("translations:read", code, part)
    to_read = [
        each for each in _to_read(code, who, parts.readable()) if parts.part_of(each[0]) == part
    ]
    return render(
        request,
        "admin/languages/read.html",
        context
        | {
            "title": f"{language['name']}: read and approve",
            "language": language,
            "part": parts.PARTS[part],
            "readings": [_reading(*each, code, kept) for each in to_read[:MOST]],
            "left": len(to_read[MOST:]),
            "not_taken": [each for each in kept.values() if each.why],
            "reviewer": reviewer,
        },
    )


def waiting(who):
    """How many texts others wait for this reviewer with: {(language, part): number}.

    Drafts that came with the site are not counted: nobody has asked for them yet.
    """
    asked = Translation.objects.exclude(handed_in="")
    if SameMeaning.objects.exclude(agreed_by="").exists():
        asked |= Translation.objects.exclude(reviewed_from="")
    languages = set(asked.values_list("language", flat=True))
    found = parts.readable() if languages else []
    return Counter(
        (code, parts.part_of(text))
        for code in codes()
        if code in languages
        for text, _row, state in _to_read(code, who, found)
        if state != State.DRAFT
    )


def _to_read(code, who, found):
    """The texts among these that wait for this reviewer: (text, row, state)."""
    known = Known(language=code)
    for text in found:
        row = known.translations.get((text.name, code))
        state = known.state(text.name, code, text.english, text.words[code])
        if state == State.REVIEWED or not writing.can_be_reviewed(row, state):
            continue
        said = known.said(row, text.english)
        # What somebody sent back waits for a translator.
        if not writing.why_not(row, who) and who not in said and False not in said.values():
            yield text, row, state


def _reading(text, row, state, code, kept):
    """What the page shows of a text."""
    has_changed = row.made_from != of_text(text.english)
    return {
        "name": _in_form(text.name),
        "text": text,
        "words": text.words[code],
        "title": title_of(text),
        "url": address_of(code, text.name),
        "state": state,
        "note": row.note,
        "change": word_difference(row.english.split(), text.english.split()) if has_changed else (),
        "answer": kept.get(text.name) or Kept(_form(text, code)),
    }


def _form(text, code, note=""):
    initial = {"seen": writing.seen(text, code), "note": note}
    return AnswerForm(initial=initial, prefix=_in_form(text.name))


def _in_form(name):
    return "/".join(map(str, name))


def _named(request):
    """The texts that a form names."""
    for match in map(NAME.fullmatch, request.POST.getlist("text")):
        if match:
            yield Name(match[1], int(match[2]), match[3])


def _take(request, code, reviewer):
    """Take each answer that can be taken. Returns the others by name."""
    kept, said = {}, Counter()
    for name in _named(request):
        form = AnswerForm(request.POST, prefix=_in_form(name))
        if form.is_valid() and not form.is_answered:
            continue
        if not reviewer.is_valid():
            kept[name] = Kept(form)
            continue
        text = texts.find(name)
        try:
            said[_said(text, code, form, reviewer, request.user.get_username())] += 1
        except ValidationError as error:
            kept[name] = _kept(text, code, form, error)
    if not reviewer.is_valid():
        messages.error(request, "Nothing was taken. Say who you are first, below the texts.")
    elif said:
        messages.success(request, " ".join(f"{what}: {said[what]}." for what in SAID if said[what]))
    elif not kept:
        messages.warning(request, "You have not ticked anything or written a note.")
    return kept


def _said(text, code, form, reviewer, who):
    """Keep one answer. Returns what it came to."""
    if not form.is_valid():
        raise ValidationError([message for found in form.errors.values() for message in found])
    if text is None:
        raise ValidationError("It is gone: somebody has deleted it.")
    approval = Approval(
        **reviewer.cleaned_data,
        reviewer=who,
        is_approved=form.cleaned_data["is_right"],
        note=form.cleaned_data["note"],
    )
    is_enough = writing.review(text, code, approval, form.cleaned_data["seen"])
    if not approval.is_approved:
        return SENT_BACK
    return ENOUGH if is_enough else APPROVED


def _kept(text, code, form, error):
    """What to show of an answer that was not taken."""
    why, note = " ".join(error.messages), form.data.get(form.add_prefix("note"), "")
    if text is None:
        return Kept(form, why, note)
    if getattr(error, "code", "") == "changed":
        # A tick for other words than these says nothing about these.
        form = _form(text, code, note)
    return Kept(form, why, note, title_of(text), address_of(code, text.name))
