"""For the templates of lists."""

from django import template
from django.urls import reverse

from helphub.spreadsheets.tables import BOOKS

register = template.Library()


@register.simple_tag
def spreadsheet_of(changelist):
    """The address of a list's spreadsheet, with its filters and its search, or ""."""
    label = changelist.opts.label_lower
    if label not in BOOKS or changelist.is_popup:
        return ""
    return reverse("spreadsheets:book", args=[label]) + changelist.get_query_string(remove=["e"])
