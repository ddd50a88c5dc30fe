"""The page where officers say whether changed English still means what it meant."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render

from helphub.content.permissions import SEE, for_officers
from helphub.languages import same_meaning
from helphub.languages.states import Name


@for_officers(SEE)
def changed_english(request, context):
    """Changed English with approved translations: the questions, and what officers said."""
    typed = {}
    if request.method == "POST":
        try:
            name = _name_in(request)
            _answer(request, name)
            return redirect("translations:changed-english")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            typed = {name: request.POST.get("why", "")}
    rows = [
        _row(item, request.user.get_username(), typed)
        for item in same_meaning.changed()
        if _may_change(request.user, item.text.name.label)
    ]
    return render(
        request,
        "admin/languages/changed_english.html",
        context
        | {
            "title": "Changed English",
            "open": [row for row in rows if not row["differs"]],
            "answered": [row for row in rows if row["differs"]],
        },
    )


def _row(item, who, typed):
    """A text on the page, and what this officer may answer."""
    is_mine = bool(item.answer) and item.answer.said_by == who
    return {
        "item": item,
        "differs": bool(item.answer) and not item.answer.is_same,
        "is_mine": is_mine,
        "why": typed.get(item.text.name, ""),
    }


def _name_in(request):
    """The text that a form is about, if this officer may answer for it."""
    label, key = request.POST.get("label", ""), request.POST.get("key", "")
    if not (key.isascii() and key.isdecimal() and len(key) <= 18):
        raise Http404("There is no such text.")
    if not _may_change(request.user, label):
        raise PermissionDenied
    return Name(label, int(key), request.POST.get("field", ""))


def _may_change(user, label):
    app, _, model = label.partition(".")
    return user.has_perm(f"{app}.change_{model}")


def _answer(request, name):
    """Do what was pressed, and say what it means for readers."""
    sent, who = request.POST, request.user.get_username()
    before, after = sent.get("before", ""), sent.get("after", "")
    answer = sent.get("answer")
    if answer == "same":
        is_agreed = same_meaning.say(name, before, after, who)
        said = "Two people say so. Readers keep the translation, and translators will check it."
        messages.success(request, said if is_agreed else "Noted. Someone else has to agree.")
    elif answer == "different":
        same_meaning.say_it_differs(name, before, after, who, sent.get("why", ""))
        said = "Noted. The translations are out of date, and translators will see your reason."
        messages.success(request, said)
    elif answer == "ask again":
        same_meaning.take_back(name, before, after)
        messages.success(request, "The question is open again.")
    else:
        raise Http404("There is no such answer.")
