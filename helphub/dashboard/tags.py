"""Template tags for the admin's own pages. Readers' servers do not load them."""

from django import template
from django.contrib.admin.utils import flatten
from django.core.exceptions import FieldDoesNotExist
from django.forms.models import BaseModelForm

from helphub.accounts import change_log
from helphub.content.permissions import SEE
from helphub.dashboard import questions
from helphub.history import versions
from helphub.publishing.tags import can_be_withdrawn
from helphub.reviews import people
from helphub.reviews.models import Review

register = template.Library()


@register.simple_tag(takes_context=True)
def needs_today(context):
    """What needs this officer today."""
    return questions.needs(context["request"].user)


@register.inclusion_tag("accounts/_news.html")
def account_news():
    """Recent changes to accounts, for every officer."""
    return {"changes": change_log.news()}


@register.simple_tag(takes_context=True)
def site_sections(context):
    """The site in readers' order, then what only officers see."""
    request = context["request"]
    return {
        "site": list(questions.sections(request, questions.SITE)),
        "behind": list(questions.sections(request, questions.BEHIND)),
    }


@register.inclusion_tag("admin/reviews/_review.html", takes_context=True)
def review_of(context, record):
    """A record's newest review, while it still says something about what is saved."""
    user = context["request"].user
    if record is None or not can_be_withdrawn(record) or not user.has_perm(SEE):
        return {}
    newest = (
        Review.objects.of(record).with_open_remarks().select_related("answered_version").first()
    )
    if newest is None or newest.outcome == Review.Outcome.TAKEN_BACK:
        return {}
    if newest.is_agreed and not people.is_about(
        newest, versions.of_record(type(record), record.pk)
    ):
        return {}
    return {"review": newest, "may_answer": people.may_answer(user, newest)}


@register.simple_tag
def reviews_of(items):
    """The newest review of each record that waits to be published: {(label, key): review}."""
    names = [item.name for item in items]
    labels, keys = {label for label, _ in names}, {key for _, key in names}
    found = Review.objects.filter(label__in=labels, key__in=keys).order_by("pk")
    found = found.exclude(outcome=Review.Outcome.TAKEN_BACK).select_related("answered_version")
    return {(review.label, review.key): review for review in found}


@register.inclusion_tag("admin/reviews/_beside_tick.html")
def review_beside_tick(item, reviews):
    """What was said of a record that waits, and of which version. Nothing of what is out."""
    review = reviews.get(item.name)
    if review is None:
        return {}
    read = review.answered_version
    is_of_this = read is not None and read.fingerprint == item.version.fingerprint
    is_over = bool(review.answered_at and item.since and review.answered_at < item.since)
    if is_over and not is_of_this:
        return {}
    return {"review": review, "is_of_this": is_of_this, "item": item}


def value_of(form, name):
    """The value of a field: as typed, or as stored if it is read-only."""
    value = form[name].value() if name in form.fields else getattr(form.instance, name, "")
    return value or ""


def language_of(form, name):
    """The language a field translates into; None for English and fields without one."""
    if not isinstance(name, str) or not isinstance(form, BaseModelForm):
        return None
    try:
        code = getattr(form._meta.model._meta.get_field(name), "language", None)
    except FieldDoesNotExist:
        return None
    return code if code != "en" else None


@register.simple_tag
def language_part(fieldset):
    """How much of one language in a form is written, out of what English has."""
    form = fieldset.form
    names = [name for name in flatten(fieldset.fields) if language_of(form, name)]
    if not names:
        return None
    wanted = [name for name in names if value_of(form, english_name(form, name))]
    return {"wanted": len(wanted), "written": sum(bool(value_of(form, name)) for name in wanted)}


def english_name(form, name):
    return f"{form._meta.model._meta.get_field(name).translated_field.name}_en"


@register.simple_tag
def english_of(field):
    """The English for a translation field, from the same form."""
    if field.is_readonly:
        form, name = field.form, field.field["field"]
    else:
        form, name = field.field.form, field.field.name
    if not language_of(form, name):
        return None
    return {"words": value_of(form, english_name(form, name))}
