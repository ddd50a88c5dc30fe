"""One box over everything published. A reader's words stand in no address, log line or title."""

from functools import wraps
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import NamedTuple

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from helphub.find import index, sealing
from helphub.views import try_again

MOST_IN_A_GROUP = 5
# Whatever the words: first what helps, then the strategy, and the wing apart from everything.
LAST = ["chapters", "own_behaviour"]
# Who looks for something keeps a thread busy: so many at once, and pages stay fast for all others.
AT_ONCE = 6
places = BoundedSemaphore(AT_ONCE)


def few_at_once(view):
    """Ask those who come when all places are taken to try again, with the numbers on the page."""

    @wraps(view)
    def bounded(request, *args, **kwargs):
        if not places.acquire(blocking=False):
            return try_again(request)
        try:
            return view(request, *args, **kwargs)
        finally:
            places.release()

    return bounded


class SeeOther(HttpResponseRedirect):
    """Go on with a GET: reloading then sends nothing again."""

    status_code = HTTPStatus.SEE_OTHER


# It changes nothing, and a token against forgery would need a cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@few_at_once
def find(request):
    if request.method == "POST":
        words = request.POST.get("words", "")[: index.LONGEST_QUERY]
        return SeeOther(reverse("found", args=[sealing.seal(words)]))
    return render(request, "find/find.html")


@require_safe
@few_at_once
def found(request, token):
    try:
        words = sealing.unseal(token)
    except sealing.ExpiredError:
        return render(request, "find/find.html", {"is_expired": True}, status=HTTPStatus.GONE)
    except sealing.ForgedError:
        return render(request, "find/find.html", {"is_expired": True}, status=HTTPStatus.NOT_FOUND)
    words = " ".join(index.readable(words).split())
    answer = index.search(words)
    groups = grouped(answer.hits) if answer else []
    context = {
        "words": words,
        "is_empty": not index.words_of(words),
        "is_down": answer is None,
        "mended": answer and answer.mended,
        "groups": groups,
        "entries": [entry for group in groups for entry in group.entries],
    }
    return render(request, "find/found.html", context)


class Group(NamedTuple):
    """Results of one kind."""

    name: str
    entries: list


def grouped(hits):
    """The entries behind the hits that are still published, in groups: the best one first."""
    entries = {}
    for kind, model in index.MODELS.items():
        keys = [hit.key for hit in hits if hit.kind == kind]
        if keys:
            found = model.objects.published()
            found = found.for_card() if kind == "service" else found
            entries |= {(kind, key): entry for key, entry in found.in_bulk(keys).items()}
    groups = {}
    for hit in hits:
        if entry := entries.get((hit.kind, hit.key)):
            is_own = getattr(entry, "is_own_behaviour", False)
            group = groups.setdefault("own_behaviour" if is_own else f"{hit.kind}s", [])
            if len(group) < MOST_IN_A_GROUP:
                group.append(entry)
    order = sorted(groups, key=lambda name: LAST.index(name) if name in LAST else -1)
    return [Group(name, groups[name]) for name in order]
