"""Asking for reviews and answering them, as officers do."""

from django.urls import reverse

from tests.support.reader import Page, form_values


def ask(client, record, **fields):
    """Ask for a review of a record."""
    address = reverse("reviews:ask", args=[record._meta.label_lower, record.pk])
    return Page(client.post(address, {"asked_of": "", "note": ""} | fields, follow=True))


def opened(client, review, **query):
    """The page of a review."""
    return Page(client.get(review_url(review), query))


def review_url(review):
    return reverse("reviews:review", args=[review.pk])


def press(client, review, do, **typed):
    """Open a review, type this and press that button."""
    return send(client, review, form_values(opened(client, review)), do, **typed)


def send(client, review, shown, do, **typed):
    """Press a button on a page that was opened earlier."""
    return Page(client.post(review_url(review), shown | typed | {"do": do}, follow=True))


def answer(client, review, outcome="fine", words=""):
    """Open a review and answer it."""
    return press(client, review, "answer", outcome=outcome, words=words)


def home(client):
    """The words of an officer's first page."""
    return Page(client.get("/admin/")).main
