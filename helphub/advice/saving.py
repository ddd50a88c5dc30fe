"""A note after saving, if what was changed could be said better."""

from django.contrib import messages
from django.utils.html import format_html

from helphub.advice import advising
from helphub.advice.models import WordToAvoid
from helphub.content.permissions import form_of
from helphub.content.registry import Record


def note_advice(sender, request, form, formsets, **kwargs):
    """Say kindly that there is advice on what this officer changed. It is saved all the same."""
    if "_popup" in request.POST:
        return
    avoided = list(WordToAvoid.objects.all())
    forms = [form, *(row for formset in formsets for row in formset.forms if row.has_changed())]
    labels = [
        str(each.fields[name].label)
        for each in forms
        for name in advising.of_form(each, avoided, set(each.changed_data))
    ]
    row = form.instance
    url = form_of(Record(row._meta.label_lower, row.pk, ""))
    if labels and url:
        fields = ", ".join(f"“{label}”" for label in dict.fromkeys(labels))
        words = 'The words of {} could be easier or kinder: <a href="{}?words">see how</a>.'
        messages.info(request, format_html(words, fields, url))
