"""What officers are told of open questions once they have saved what one is about."""

from django.contrib import messages
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from helphub.dashboard.models import OpenQuestion

MOST_NAMED = 3
ABOUT = {"contacts.phone": "phone", "services.service": "service"}


def name_open_questions(sender, request, form, **kwargs):
    """Name the questions about a record that was saved: what is saved may be the answer."""
    field = ABOUT.get(sender._meta.label_lower)
    if field is None or not request.user.has_perm("dashboard.change_openquestion"):
        return
    found = OpenQuestion.objects.open().filter(**{field: form.instance})[:MOST_NAMED]
    named = [
        (reverse("admin:dashboard_openquestion_change", args=[row.pk]), row.words) for row in found
    ]
    if named:
        links = format_html_join(", ", '“<a href="{}">{}</a>”', named)
        words = "Still an open question about this: {}. If you know now, write down the answer."
        messages.info(request, format_html(words, links))
