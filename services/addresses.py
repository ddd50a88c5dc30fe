"""Pages that readers reach only by answering questions. They are not in the sitemap."""

from itertools import product

from django.urls import reverse

from services import narrowing
from services.models import Choice


def browsing():
    """The addresses of every narrowed list and every page of first contacts."""
    choices = list(Choice.objects.for_narrowing())
    lists = [narrowing.address(pair) for pair in narrowing.pairs(choices)]
    whos, whats, whens = (
        [choice.slug for choice in Choice.objects.of(question)]
        for question in ("who", "what", "when")
    )
    answers = [*product(whos), *product(whos, whats), *product(whos, whats, whens)]
    contacts = [reverse("services:first-contacts", args=one) for one in answers]
    return [reverse("services:start"), *lists, *contacts]
