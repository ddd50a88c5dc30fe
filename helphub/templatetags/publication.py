"""What the admin's pages say of publications."""

from django import template

from helphub.desk.state import state
from helphub.edition.bake import content_models

register = template.Library()


@register.inclusion_tag("admin/helphub/_state.html", takes_context=True)
def publication_state(context):
    """What every page of the admin says at its head, to officers who see editions."""
    # A page that Django makes without a request: its lists' answer to filters that cannot be.
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.has_perm("helphub.view_publicationrequest"):
        return {}
    return state() | {"request": request, "csrf_token": context.get("csrf_token")}


@register.simple_tag
def can_be_withdrawn(row):
    """The kind of a record that stands on readers' pages, or nothing."""
    return row._meta.label_lower if row and type(row) in content_models() else ""
