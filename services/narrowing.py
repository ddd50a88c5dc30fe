"""Narrows the list of services by links. One answer to a question, two questions at most."""

from functools import partial
from typing import NamedTuple

from django.urls import reverse

from contacts.call_privacy import Answer
from helphub.content import memory
from services.models import Choice, Service

MOST_CHOICES = 2
# In the order readers see them.
QUESTIONS = [Choice.Question.FOR, Choice.Question.WHAT, Choice.Question.CAN]


class Link(NamedTuple):
    """An answer to choose, drop or swap, and the list it leads to."""

    choice: Choice
    url: str
    is_chosen: bool = False


def all_choices():
    return memory.rows("choices", lambda: list(Choice.objects.for_narrowing()))


def address(choices):
    """The page for these answers. They are sorted, so each list has only one address."""
    if not choices:
        return reverse("services:service-list")
    slugs = sorted(choice.slug for choice in choices)
    return reverse("services:narrowed-list", args=["-".join(slugs)])


def chosen(slugs, choices):
    """The answers named in an address. None if they are unknown, too many or do not combine."""
    by_slug = {choice.slug: choice for choice in choices}
    picked = [by_slug.get(slug) for slug in slugs.split("-")]
    if None in picked or len(picked) > MOST_CHOICES:
        return None
    questions = {choice.question for choice in picked}
    return picked if len(questions) == len(picked) else None


def links_by_question(choices, picked):
    """The answers by question, as links from the current list. A third question is left out."""
    links = {}
    for choice in sorted(choices, key=lambda answer: QUESTIONS.index(answer.question)):
        others = [other for other in picked if other.question != choice.question]
        if len(others) < MOST_CHOICES:
            is_chosen = choice in picked
            url = address(others if is_chosen else [*others, choice])
            links.setdefault(choice.question, []).append(Link(choice, url, is_chosen))
    return links


def narrowed(slugs):
    """The keys of the services that fit these answers, and how many fit if each is dropped."""
    services = memory.rows("narrowing", lambda: list(Service.objects.for_narrowing()))
    picked = chosen(slugs, all_choices())
    fits = [
        memory.rows(f"fits {choice.slug}", partial(_distances, choice, services))
        for choice in picked
    ]
    keys = sorted(_in_all(fits, services), key=lambda key: sum(fit[key] for fit in fits))
    counts = [
        len(_in_all([other for other in fits if other is not dropped], services))
        for dropped in fits
    ]
    return keys, counts


def _in_all(fits, services):
    return [service.pk for service in services if all(service.pk in fit for fit in fits)]


def _distances(choice, services):
    """How far each service that fits an answer is from the best fit, by key."""
    return {
        service.pk: _distance(choice, service) for service in services if choice.matches(service)
    }


class WiderList(NamedTuple):
    """The list without one of the answers, and how many services it has."""

    dropped: Choice
    url: str
    count: int


def without(picked, counts):
    """For each answer, the list without it and its number of services."""
    return [
        WiderList(dropped, address(_others(picked, dropped)), count)
        for dropped, count in zip(picked, counts, strict=True)
    ]


def _others(picked, dropped):
    return [choice for choice in picked if choice != dropped]


def _distance(choice, service):
    if choice.question == Choice.Question.FOR:
        # Services for these people alone come before services for more groups.
        audiences = {audience.pk for audience in choice.audiences.all()}
        return not {audience.pk for audience in service.audiences.all()} <= audiences
    match choice.ability:
        case Choice.Ability.OTHER_LANGUAGE:
            return not any(phone.interpreter == Answer.YES for phone in service.phones.all())
        case Choice.Ability.QUIET:
            return not service.takes_chats_or_texts
        case Choice.Ability.SIGN_LANGUAGE:
            is_for_them = choice.shares_audience_with(service)
            return 0 if is_for_them else 1 if service.has_sign_language else 2
    return 0


def pairs(choices):
    """Every set of answers that has its own page. Used to list all pages."""
    for index, first in enumerate(choices):
        yield [first]
        for second in choices[index + 1 :]:
            if second.question != first.question:
                yield [first, second]
