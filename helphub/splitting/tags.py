"""Words of a document as the admin shows them."""

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

from helphub.splitting.words import MARK

register = template.Library()


@register.filter
def with_footnotes(text):
    """The words, with the numbers of footnotes raised."""
    escaped = str(conditional_escape(text))
    return mark_safe(MARK.sub(r"<sup>\1</sup>", escaped))  # noqa: S308
