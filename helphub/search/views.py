"""One search box for the whole site. A reader's words never reach an address, log or title."""

from functools import wraps
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helphub.search import results
from helphub.search.documents import MODELS
from helphub.search.normalise import words_of
from helphub.search.query import LONGEST_QUERY, readable

MOST_IN_A_GROUP = 5
BEST, OWN_BEHAVIOUR = "best", "own_behaviour"
# Each search occupies a thread. The limit keeps pages fast for everyone else.
AT_ONCE = 6
places = BoundedSemaphore(AT_ONCE)


def few_at_once(view):
    """When all places are taken, ask the reader to try again, on a page with the numbers."""

    @wraps(view)
    def bounded(request, *args, **kwargs):
        if not places.acquire(blocking=False):
            return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            return view(request, *args, **kwargs)
        finally:
            places.release()

    return bounded


# The view changes nothing, and a CSRF token would need a cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@few_at_once
def search(request):
    """The search box, and the results once it is submitted.

    The results are the direct reply to the form. They have no address, so the browser's history
    can't bring the words back.
    """
    if request.method != "POST":
        return render(request, "search/find.html")
    words = request.POST.get("words", "")[:LONGEST_QUERY]
    words = " ".join(readable(words).split())
    answer = results.search(words)
    groups = grouped(answer.hits) if answer else []
    entries = [entry for group in groups for entry in group.entries]
    context = {
        "words": words,
        "is_empty": not words_of(words),
        "is_down": answer is None,
        "corrected": answer and answer.corrected,
        "groups": groups,
        "entries": entries,
        "has_numbers": any(hasattr(entry, "phones") for entry in entries),
    }
    return render(request, "search/found.html", context)


class ListPage(NamedTuple):
    """A list page, shown as a result although it is not an entry."""

    name: str
    says: str
    view: str

    @property
    def summary(self):
        return str(self.says)

    def get_absolute_url(self):
        return reverse(self.view)

    @property
    def words_language(self):
        return get_language()  # It uses the interface's words.


LISTS = {
    "near": ListPage(
        _("Help near you"),
        _("Choose a town. This site never asks where you are."),
        "services:town-list",
    ),
    "interpreter": ListPage(
        _("I need an interpreter"), _("What to say on the phone."), "services:interpreter"
    ),
    "contacts": ListPage(
        _("Contact numbers"), _("Every number on one page."), "contacts:phone-list"
    ),
    "start": ListPage(
        _("Who to reach first, by what happened"),
        _("Answer one to three questions."),
        "services:start",
    ),
}


class Group(NamedTuple):
    """Results of one kind."""

    name: str
    entries: list


def grouped(hits):
    """The hits' entries that are still published: the best one, then the rest in groups."""
    entries = {("list", name): page for name, page in LISTS.items()}
    for kind, model in MODELS.items():
        keys = [hit.key for hit in hits if hit.kind == kind]
        if keys:
            queryset = model.objects.published()
            queryset = queryset.for_card() if kind == "service" else queryset
            entries |= {(kind, key): entry for key, entry in queryset.in_bulk(keys).items()}
    groups = {}
    for hit in hits:
        if entry := entries.get((hit.kind, hit.key)):
            is_own = getattr(entry, "is_own_behaviour", False)
            name = OWN_BEHAVIOUR if is_own else f"{hit.kind}s"
            # The wing stays together. Otherwise the best entry gets its own place at the top.
            if not groups and not is_own:
                name = BEST
            group = groups.setdefault(name, [])
            if len(group) < MOST_IN_A_GROUP:
                group.append(entry)
    return [Group(name, entries) for name, entries in groups.items()]
