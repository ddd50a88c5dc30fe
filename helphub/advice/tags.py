"""Template tags that show advice on words in a form."""

from django import template
from django.forms.models import BaseModelForm

from helphub.advice import advising
from helphub.advice.models import WordToAvoid
from helphub.content.admin import CHECK_WORDS

register = template.Library()


@register.simple_tag(takes_context=True)
def advice_on_words(context):
    """The advice that an officer asked for, or None. Each form keeps the advice on its fields."""
    request = context["request"]
    if CHECK_WORDS not in request.POST and "words" not in request.GET:
        return None
    avoided = list(WordToAvoid.objects.all())
    parts = [part.formset for part in context.get("inline_admin_formsets", [])]
    forms = [context["adminform"].form, *(form for part in parts for form in part.forms)]
    advised = []
    for form in forms:
        form.advice = advising.of_form(form, avoided)
        advised += [(form[name], form.fields[name].label) for name in form.advice]
    return {"fields": advised, "is_saved": CHECK_WORDS not in request.POST}


@register.inclusion_tag("admin/advice/_beside_field.html")
def advice_beside(field):
    """The advice on one field."""
    form = None if field.is_readonly else field.field.form
    if not isinstance(form, BaseModelForm):
        return {}
    return {"advice": getattr(form, "advice", {}).get(field.field.name)}
