"""The headings that a list of services has."""

from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop, override

from contacts.call_privacy import Answer
from contacts.models import Phone
from helphub.content import memory
from services.models import Choice, Service
from services.models.service import PARTS, WITHOUT_TALKING

OTHERS = gettext_noop("Other services")
HAS_INTERPRETERS = gettext_noop("They have told us that an interpreter can join")
ASK_FOR_INTERPRETERS = gettext_noop("Ask: they have not told us")
NO_PART = ""


class PartPage(NamedTuple):
    """The page of a part of the directory. Its address and title stay in the phone's history."""

    slug: str
    title: str


# The whole list is too long for one page. These parts have their own, the others are on the list.
PART_PAGES = {
    Phone.Section.YOUNG_PEOPLE: PartPage("young", "Services for young people"),
    Phone.Section.RELATIONSHIPS: PartPage("home", "Services for home and family"),
    Phone.Section.FEELINGS: PartPage("hard-days", "Services for hard days"),
    WITHOUT_TALKING: PartPage("quiet", "Services without talking"),
    Phone.Section.EMERGENCY: PartPage("urgent", "Services for urgent help"),
    NO_PART: PartPage("other", "Other services"),
}


class Group(NamedTuple):
    """Some services of a list, in its order, under one heading. Some lists have no headings."""

    name: str
    services: list[Service]
    page: PartPage | None = None

    @property
    def level(self):
        """The level of its services' own headings."""
        return 3 if self.name else 2

    def get_absolute_url(self):
        return reverse("services:service-part", args=[self.page.slug])


def groups_of(services, picked):
    """A list of services, in groups. None of them is empty."""
    if any(choice.ability == Choice.Ability.OTHER_LANGUAGE for choice in picked):
        groups = _by_interpreter(services)
    elif picked:
        groups = [Group("", services)]
    else:
        groups = _by_part(services)
    return [group for group in groups if group.services]


def with_pages():
    """The parts of the directory that have a page of their own."""
    services = memory.rows("narrowing", lambda: list(Service.objects.for_narrowing()))
    return [group for group in groups_of(services, []) if group.page]


def part_at(slug):
    """The name and title of the part with this page, and its services' keys. Or None."""
    for group in with_pages():
        if group.page.slug == slug:
            return group.name, group.page.title, [service.pk for service in group.services]
    return None


def _by_interpreter(services):
    confirmed = [
        service
        for service in services
        if any(phone.interpreter == Answer.YES for phone in service.phones.all())
    ]
    others = [service for service in services if service not in confirmed]
    return [Group(HAS_INTERPRETERS, confirmed), Group(ASK_FOR_INTERPRETERS, others)]


def _by_part(services):
    names = {part: _in_english(name) for part, name in PARTS} | {NO_PART: OTHERS}
    by_part = {part: [] for part in names}
    for service in services:
        by_part[service.part if service.part in names else NO_PART].append(service)
    return [Group(names[part], by_part[part], PART_PAGES.get(part)) for part in names]


def _in_english(name):
    """A name for the template to translate."""
    with override(settings.LANGUAGE_CODE):
        return str(name)
