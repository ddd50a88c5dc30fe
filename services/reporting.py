"""The lines of which readers can say that something is wrong: numbers, and services without one.

999 is not one of them: nobody should be offered four buttons in place of a call. Each line has a
page of its own. Its address stays in the phone's history, so it has a key, not a name.
"""

import re

from django.db.models import Prefetch
from django.urls import reverse

from contacts.models import Phone
from helphub.content import memory
from services.models import Service

KEY = re.compile("(?P<kind>[ns])(?P<number>[1-9][0-9]{0,8})")


def _lines(services):
    """By key: the service, and its number or None."""
    lines = {}
    for service in services:
        phones = service.phones.all()
        for phone in phones:
            if not phone.is_emergency:
                lines.setdefault(phone.report_key, (service, phone))
        if not phones:
            lines[service.report_key] = service, None
    return lines


def _every_line():
    cards = memory.rows("reported", lambda: list(Service.objects.published().for_card()))
    return _lines(cards)


def line(key):
    """The service and the number with this key, or None if readers cannot see it."""
    return _every_line().get(key)


def line_at(key):
    """As above, for one page."""
    if memory.is_used():
        return memory.answer(line, key)
    if not (match := KEY.fullmatch(key)):
        return None
    field = "phones" if match["kind"] == "n" else "pk"
    services = Service.objects.published().filter(**{field: match["number"]})
    return _lines(services.for_card()).get(key)


def addresses():
    """The addresses of these pages. Readers reach them from the service's own page alone."""
    phones = Prefetch("phones", Phone.objects.published())
    services = Service.objects.published().prefetch_related(phones)
    return [reverse("services:wrong", args=[key]) for key in _lines(services)]
