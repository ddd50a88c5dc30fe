"""What the desk adds to the admin's own pages. Readers' servers do not load this."""

from django import template

from helphub.desk import home, reviews
from helphub.desk.editions import SEE
from helphub.models import Review
from helphub.templatetags.publication import can_be_withdrawn

register = template.Library()


@register.simple_tag(takes_context=True)
def needs_today(context):
    """What needs this officer today."""
    return home.needs(context["request"].user)


@register.simple_tag(takes_context=True)
def site_sections(context):
    """The site in readers' order, then what officers alone see."""
    request = context["request"]
    return {
        "site": list(home.sections(request, home.SITE)),
        "behind": list(home.sections(request, home.BEHIND)),
    }


@register.inclusion_tag("admin/helphub/_review.html", takes_context=True)
def review_of(context, record):
    """The review that waits for a record, or the newest answer if that asks for a change."""
    user = context["request"].user
    if record is None or not can_be_withdrawn(record) or not user.has_perm(SEE):
        return {}
    newest = Review.objects.of(record).first()
    if newest is None or newest.outcome not in (Review.Outcome.WAITING, Review.Outcome.CHANGE):
        return {}
    return {"review": newest, "may_answer": reviews.may_answer(user, newest)}
