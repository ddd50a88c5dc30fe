"""One box over everything published. A reader's words stand in no address, log line or title."""

from http import HTTPStatus

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from helphub.find import index, sealing

MOST_IN_A_GROUP = 5
# Whatever the words: first what helps, then the strategy, and the wing apart from everything.
LAST = ["chapters", "own_behaviour"]


class SeeOther(HttpResponseRedirect):
    """Go on with a GET: reloading then sends nothing again."""

    status_code = HTTPStatus.SEE_OTHER


# It changes nothing, and a token against forgery would need a cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def find(request):
    if request.method == "POST":
        words = request.POST.get("words", "")[: index.LONGEST_QUERY]
        return SeeOther(reverse("found", args=[sealing.seal(words)]))
    return render(request, "find/find.html")


@require_safe
def found(request, token):
    try:
        words = sealing.unseal(token)
    except sealing.ExpiredError:
        return render(request, "find/find.html", {"is_expired": True}, status=HTTPStatus.GONE)
    except sealing.ForgedError:
        return render(request, "find/find.html", {"is_expired": True}, status=HTTPStatus.NOT_FOUND)
    words = " ".join(index.readable(words).split())
    answer = index.search(words)
    groups = grouped(answer.hits) if answer else {}
    context = {
        "words": words,
        "is_empty": not index.words_of(words),
        "is_down": answer is None,
        "mended": answer and answer.mended,
        "groups": groups,
        "never_closed": lines_that_never_close(groups.get("services", [])),
        "entries": [entry for entries in groups.values() for entry in entries],
    }
    return render(request, "find/found.html", context)


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
    order = [name for name in groups if name not in LAST] + LAST
    return {name: groups[name] for name in order if name in groups}


def lines_that_never_close(services):
    """The lines to ring instead when one of these is closed, but for those that are among them."""
    shown = [phone for service in services for phone in service.phones.all()]
    # A dictionary, for each once and in the order of the results.
    instead = dict.fromkeys(phone.fallback for phone in shown)
    return [phone for phone in instead if phone and phone.is_published and phone not in shown]
