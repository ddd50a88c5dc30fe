"""What the admin's pages say about publications."""

from django import template
from django.urls import reverse

from helphub.content import moments
from helphub.content.permissions import SEE
from helphub.content.registry import content_models
from helphub.editions import store
from helphub.editions.models import ScheduledChange
from helphub.publishing import preview, status

register = template.Library()


# Pages that say what readers have, or what became of a publication. They load themselves again.
LIVE = {
    "admin:index",
    "approvals:proposal",
    "approvals:proposals",
    "changes:log",
    "checking:logged",
    "checking:worklist",
    "finding:find",
    "publishing:coming",
    "publishing:edition",
    "publishing:editions",
    "publishing:publication",
    "publishing:publications",
    "publishing:waiting",
    "publishing:waiting-entry",
}


@register.inclusion_tag("admin/publishing/_state.html", takes_context=True)
def publication_state(context):
    """The state of publishing, shown at the top of every admin page to officers with permission."""
    # Django answers an impossible list filter with a page that has no request.
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.has_perm(SEE):
        return {}
    match = request.resolver_match
    return {
        "request": request,
        "head": status.at_the_head(status.queue()),
        # A page that has compared what is saved with what readers have need not do so twice.
        "state": status.state(context.get("compared")),
        "is_live": match is not None and match.view_name in LIVE,
    }


@register.inclusion_tag("admin/publishing/_progress.html")
def how_far_is(request):
    """How far an officer's request has got. A script on the page keeps it up to date."""
    return {"said": status.of_request(request), "key": request.pk}


@register.inclusion_tag("admin/publishing/_set_for.html", takes_context=True)
def set_for_later(context, row):
    """For the form of a record that is set for later: when it goes out, and what saving does."""
    if not can_be_withdrawn(row) or not context["request"].user.has_perm(SEE):
        return {}
    changes = ScheduledChange.objects.waiting().filter(label=row._meta.label_lower, key=row.pk)
    change = changes.first()
    return {"change": change, "moment": moments.exactly(change.goes_out_at)} if change else {}


@register.simple_tag
def preview_of(row):
    """The address of a record's preview, or "" while there is no edition to show it in."""
    if store.current() is None:
        return ""
    token = preview.token_for(row._meta.label_lower, row.pk)
    return reverse("publishing:preview", args=[token])


@register.simple_tag
def can_be_withdrawn(row):
    """The kind of a record that appears on readers' pages, or an empty string."""
    return row._meta.label_lower if row and type(row) in content_models() else ""
