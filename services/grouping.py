"""The headings that a list of services has."""

from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext_noop, override

from contacts.call_privacy import Answer
from services.models import Choice, Service
from services.models.service import PARTS

OTHERS = gettext_noop("Other services")
HAS_INTERPRETERS = gettext_noop("They have told us that an interpreter can join")
ASK_FOR_INTERPRETERS = gettext_noop("Ask: they have not told us")


class Group(NamedTuple):
    """Some services of a list, in its order, under one heading. Some lists have no headings."""

    name: str
    services: list[Service]

    @property
    def level(self):
        """The level of its services' own headings."""
        return 3 if self.name else 2


def groups_of(services, picked):
    """A list of services, in groups. None of them is empty."""
    if any(choice.ability == Choice.Ability.OTHER_LANGUAGE for choice in picked):
        groups = _by_interpreter(services)
    elif picked:
        groups = [Group("", services)]
    else:
        groups = _by_part(services)
    return [group for group in groups if group.services]


def _by_interpreter(services):
    confirmed = [
        service
        for service in services
        if any(phone.interpreter == Answer.YES for phone in service.phones.all())
    ]
    others = [service for service in services if service not in confirmed]
    return [Group(HAS_INTERPRETERS, confirmed), Group(ASK_FOR_INTERPRETERS, others)]


def _by_part(services):
    in_parts = [
        Group(_in_english(name), [service for service in services if service.part == part])
        for part, name in PARTS
    ]
    others = [service for service in services if service.part not in dict(PARTS)]
    return [*in_parts, Group(OTHERS, others)]


def _in_english(name):
    """A name for the template to translate."""
    with override(settings.LANGUAGE_CODE):
        return str(name)
