"""The pages of services that are neither a whole list nor a service's own page."""

from itertools import product

from django.urls import reverse

from services import grouping, narrowing
from services.models import Choice


def parts():
    """The addresses of the parts of the list that have their own page."""
    return [group.get_absolute_url() for group in grouping.with_pages()]


def browsing():
    """The addresses of every narrowed list and every page of first contacts.

    Readers reach them only by answering questions. They are not in the sitemap.
    """
    choices = list(Choice.objects.for_narrowing())
    lists = [narrowing.address(pair) for pair in narrowing.pairs(choices)]
    who_slugs, what_slugs, when_slugs = (
        [choice.slug for choice in Choice.objects.of(question)]
        for question in ("who", "what", "when")
    )
    answers = [
        *product(who_slugs),
        *product(who_slugs, what_slugs),
        *product(who_slugs, what_slugs, when_slugs),
    ]
    contacts = [reverse("services:first-contacts", args=slugs) for slugs in answers]
    return [reverse("services:start"), *lists, *contacts]
