"""One search box for the whole site. A reader's words never reach an address, log or title."""

from threading import BoundedSemaphore
from typing import NamedTuple

from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helphub.content.requests import few_at_once
from helphub.languages.interface import say
from helphub.search import results
from helphub.search.documents import MODELS
from helphub.search.normalise import words_of
from helphub.search.query import LONGEST_QUERY, readable

MOST_OTHERS = 5
BEST, OWN_BEHAVIOUR, OTHERS = "best", "own_behaviour", "others"
CHILDS_BEHAVIOUR = "childs_behaviour"
# What explains comes after whom to ask and what to do.
BACKGROUND = {"topic", "chapter"}
# Each search occupies a thread. The limit keeps pages fast for everyone else.
AT_ONCE = 6
places = BoundedSemaphore(AT_ONCE)


# The view changes nothing, and a CSRF token would need a cookie.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@few_at_once(places)
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


said = lazy(say, str)

LISTS = {
    "near": ListPage(
        said(_("Help near you")),
        said(_("This site never asks where you are.")),
        "services:near",
    ),
    "interpreter": ListPage(
        said(_("I need an interpreter")),
        said(_("What to say on the phone.")),
        "services:interpreter",
    ),
    "contacts": ListPage(
        said(_("Contact numbers")), said(_("Every number on one page.")), "contacts:phone-list"
    ),
    "start": ListPage(
        said(_("Who to reach first, by what happened")),
        said(_("Answer one to three questions.")),
        "services:start",
    ),
}


class Group(NamedTuple):
    """Results under one heading."""

    name: str
    entries: list


def grouped(hits):
    """The best of the hits' entries that are still published, then at most five others."""
    entries = _published_entries(hits)
    kinds = {}
    for hit in hits:
        if entry := entries.get((hit.kind, hit.key)):
            kinds.setdefault(entry, hit.kind)
    # A first contact is one of the others.
    found = [(kind, entry) for entry, kind in kinds.items()][: 1 + MOST_OTHERS]
    # The wing stays together. Otherwise the best entry gets its own place at the top.
    own = [entry for _, entry in found if getattr(entry, "is_own_behaviour", False)]
    if found and found[0][1] in own:
        # A parent who reads this did nothing wrong.
        is_a_childs = own[0].slug == "my-child"
        name, first = CHILDS_BEHAVIOUR if is_a_childs else OWN_BEHAVIOUR, own
    else:
        name, first = BEST, [entry for _, entry in found[:1]]
        first += _first_contact(found)
    others = [(kind, entry) for kind, entry in found if entry not in first]
    others.sort(key=lambda other: other[0] in BACKGROUND)
    groups = [Group(name, first), Group(OTHERS, [entry for _, entry in others])]
    return [group for group in groups if group.entries]


def _first_contact(found):
    """Whom to call about the best entry, if that is not a service itself: one service or none."""
    if not found or found[0][0] == "service":
        return []
    services = [entry for kind, entry in found if kind == "service"]
    return [
        service for service in services if service.phones.all() and not service.is_shown_closed
    ][:1]


def _published_entries(hits):
    """The hits' entries that are still published, by kind and key."""
    entries = {("list", name): page for name, page in LISTS.items()}
    for kind, model in MODELS.items():
        keys = [hit.key for hit in hits if hit.kind == kind]
        if kind == "service":
            found = model.objects.cards(keys)
        elif keys:
            found = model.objects.published().in_bulk(keys)
        else:
            found = {}
        entries |= {(kind, key): entry for key, entry in found.items()}
    # Towns are found by their names, and one page is for all of them.
    near = LISTS["near"]
    entries |= {(kind, key): near for kind, key in entries if kind == "town"}
    return entries
