"""Checks of numbers, logged as officers log them."""

from django.urls import reverse

from tests.support.reader import Page, form_values


def url_of(phone):
    return reverse("checking:call", args=[phone.pk])


def log(client, phone, outcome, way="", **typed):
    """Open the page of a number, press an outcome, type, and press Save."""
    page = Page(client.get(url_of(phone) + (f"?way={way}" if way else "")))
    values = form_values(page) | {"outcome": outcome} | typed
    return Page(client.post(url_of(phone), values, follow=True))
