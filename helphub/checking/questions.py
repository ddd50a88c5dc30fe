"""What the admin's first page says of checks."""

from collections import Counter

from django.urls import reverse

from contacts.models import Doubt
from helphub.checking import due
from helphub.content.permissions import SEE
from helphub.dashboard.need import Item, Need

CHECKED = "Check these"


def readers_are_told(user):
    """Numbers that checks failed to reach: readers see that we are checking them."""
    title = "Numbers that failed two checks"
    if not user.has_perm(SEE):
        return Need(title)
    doubts = Doubt.objects.filter(lifted_at=None).select_related("phone")
    items = [
        Item(str(doubt.phone), reverse("checking:call", args=[doubt.phone_id]), doubt.why)
        for doubt in doubts
    ]
    return Need(title, items, is_pressing=True)


def overdue(user):
    """What is due for a check today, by kind: the list itself is a page of its own."""
    url = reverse("checking:worklist")
    if not user.has_perm(SEE):
        return Need(CHECKED)
    # Open questions have a heading of their own, and so have languages.
    rows = [row for row in due.everything() if row.kind not in {"question", "language"}]
    counts = Counter(row.kind for row in rows if row.when == "overdue")
    soon = Counter(row.kind for row in rows if row.when == "week")
    items = [
        Item(
            f"{words}: {counts[kind]} overdue" if counts[kind] else f"{words}: due this week",
            f"{url}?kind={kind}",
            f"This week: {soon[kind]} more." if soon[kind] else "",
        )
        for kind, words in due.KINDS.items()
        if counts[kind] or soon[kind]
    ]
    return Need(CHECKED, items, url=url, url_words="Everything that is due")
