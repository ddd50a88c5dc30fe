"""The page of outside links, and checking them on demand."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from helphub.checking import links
from helphub.content import moments
from helphub.content.permissions import PUBLISH, SEE, for_officers

AT_ONCE = 5  # Seconds for the checks of one request. The last to begin may take five more.
GROUPS = [
    ("Failed three times in a row or more", lambda link: link.is_broken),
    ("Failed last time", lambda link: link.check and link.check.fails),
    ("Check these yourself", lambda link: link.check and link.check.needs_a_look),
    ("Not checked yet", lambda link: not (link.check and link.check.works)),
    ("Work", lambda link: True),
]


@for_officers(SEE, PUBLISH)
@require_safe
def links_page(request, context):
    """Every outside link: what needs somebody first, what works last."""
    found = links.outside_links()
    groups = {title: [] for title, _ in GROUPS}
    for link in found:
        groups[next(title for title, belongs in GROUPS if belongs(link))].append(link)
    return render(
        request,
        "admin/checking/links.html",
        context
        | {
            "title": "Outside links",
            "groups": [(title, group) for title, group in groups.items() if group],
            "count": len(found),
            "due": len(links.due(found)),
            "has_no_way_out": links.no_site_answers(),
        },
    )


@for_officers(SEE, PUBLISH)
@require_POST
def check_one(request, context):
    """Check one link at once. It has to be one of ours: nobody can have us ask other addresses."""
    address = request.POST.get("address", "")
    if all(link.address != address for link in links.outside_links()):
        raise Http404("Readers see no such link.")
    if check := links.check(address):
        say = messages.success if check.works else messages.warning
        say(request, f"Checked {address}: {check.detail}")
    else:
        messages.info(request, f"Not checked: {_why_not(address)} ({address})")
    return redirect("checking:links")


def _why_not(address):
    link = next((link for link in links.outside_links() if link.address == address), None)
    if link and link.again_at:
        return f"it was checked within the hour. Try again at {_time(link.again_at)}."
    return "another link to the same site is being checked. Try again in a few seconds."


def _time(moment):
    return moments.in_words(moment).rpartition(", ")[2]


@for_officers(SEE, PUBLISH)
@require_POST
def check_some(request, context):
    """Check as many as a few seconds allow, and say how many are left.

    The publisher does not do this: a withdrawal would have to wait for slow sites.
    """
    done, due = len(links.check_due(seconds=AT_ONCE)), len(links.due())
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"done": done, "left": due})
    more = f" {due} more can be checked: press the button again." if due else ""
    messages.info(request, f"Checked {done} link{'' if done == 1 else 's'}.{more}")
    return redirect(reverse("checking:links"))
