"""One box over everything published. A reader's words stand in no address, log line or title."""

from functools import wraps
from threading import BoundedSemaphore
from typing import NamedTuple

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helphub.find import index
from helphub.find.folding import words_of
from helphub.views import try_again
from services.models import Service

MOST_IN_A_GROUP = 5
BEST, OWN_BEHAVIOUR = "best", "own_behaviour"
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


# It changes nothing, and a token against forgery would need a cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@few_at_once
def find(request):
    """The box; and, to whoever sends it, what was found.

    The results are the reply to the form itself. No address leads to them, so none that stays in
    a history brings the words back.
    """
    if request.method != "POST":
        return render(request, "find/find.html")
    words = request.POST.get("words", "")[: index.LONGEST_QUERY]
    words = " ".join(index.readable(words).split())
    answer = index.search(words)
    groups = grouped(answer.hits) if answer else []
    context = {
        "words": words,
        "is_empty": not words_of(words),
        "is_down": answer is None,
        "mended": answer and answer.mended,
        "groups": groups,
        "entries": [entry for group in groups for entry in group.entries],
    }
    return render(request, "find/found.html", context)


class ListPage(NamedTuple):
    """A page that lists entries and is itself no entry, as a result."""

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
        return get_language()  # Its words are the interface's.


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
    """Results of one kind, and the lines to ring when one of theirs is closed."""

    name: str
    entries: list
    never_closed: list


def grouped(hits):
    """The entries behind the hits that are still published: the best one, and groups of others."""
    entries = {("list", name): page for name, page in LISTS.items()}
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
            name = OWN_BEHAVIOUR if is_own else f"{hit.kind}s"
            # The wing stays together. Of all others the best stands alone at the top.
            if not groups and not is_own:
                name = BEST
            group = groups.setdefault(name, [])
            if len(group) < MOST_IN_A_GROUP:
                group.append(entry)
    shown = [entry for group in groups.values() for entry in group]
    return [
        # A line for people who were hurt is no stand-in for one of the wing.
        Group(
            name, entries, [] if name == OWN_BEHAVIOUR else lines_that_never_close(entries, shown)
        )
        for name, entries in groups.items()
    ]


def lines_that_never_close(entries, shown):
    """The lines to ring instead when one of these is closed, but for those the page shows."""
    # A dictionary, for each once and in the order of the results.
    instead = dict.fromkeys(phone.instead for phone in _phones(entries))
    on_the_page = _phones(shown)
    return [phone for phone in instead if phone and phone not in on_the_page]


def _phones(entries):
    services = [entry for entry in entries if isinstance(entry, Service)]
    return [phone for service in services for phone in service.phones.all()]
