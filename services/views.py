from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from helphub.content import memory
from services import grouping, narrowing
from services.models import Choice, Location, Service, Situation, Town

MOST_FIRST_CONTACTS = 6


@require_safe
def service_list(request):
    services = list(Service.objects.for_listing())
    context = {
        "services": services,
        "groups": grouping.groups_of(services, []),
        "ways": narrowing.links_by_question(narrowing.all_choices(), []),
        "picked": [],
    }
    return render(request, "services/service_list.html", context)


@require_safe
def narrowed_list(request, slugs):
    choices = narrowing.all_choices()
    picked = narrowing.chosen(slugs, choices)
    if not picked:
        raise Http404
    if request.path != (url := narrowing.address(picked)):
        return redirect(url)
    keys, counts = memory.answer(narrowing.narrowed, slugs)
    cards = Service.objects.cards(keys)
    services = [cards[key] for key in keys if key in cards]
    context = {
        "services": services,
        "groups": grouping.groups_of(services, picked),
        "ways": narrowing.links_by_question(choices, picked),
        "picked": picked,
        "asks_for_language": any(
            choice.ability == Choice.Ability.OTHER_LANGUAGE for choice in picked
        ),
        "is_without_talking": any(choice.is_without_talking for choice in picked),
        "without": narrowing.without(picked, counts),
    }
    return render(request, "services/service_list.html", context)


@require_safe
def service_detail(request, slug):
    service = Service.objects.page(slug)
    return render(request, "services/service_detail.html", {"service": service})


@require_safe
def first_contacts(request, **slugs):
    """The first contacts for the answers so far, and the next question."""
    answers = {
        question: get_object_or_404(Choice.objects.of(question), slug=slug)
        for question, slug in slugs.items()
    }
    unanswered = [question for question in ("who", "what", "when") if question not in answers]
    suggestions = {}
    for suggestion in Situation.objects.first_contacts(answers) if answers else []:
        suggestions.setdefault(suggestion.service_id, suggestion)
    context = {
        "answers": answers.values(),
        "address": request.path,
        "question": unanswered[0] if unanswered else None,
        "choices": Choice.objects.of(unanswered[0]) if unanswered else [],
        "suggestions": list(suggestions.values())[:MOST_FIRST_CONTACTS],
        "guides": Situation.objects.guides(answers) if answers else [],
        "quiet": Choice.objects.published().filter(ability=Choice.Ability.QUIET).first(),
    }
    return render(request, "services/first_contacts.html", context)


@require_safe
def town_list(request):
    return render(request, "services/town_list.html", {"towns": Town.objects.published()})


@require_safe
def town_detail(request, slug):
    town = Town.objects.shown_or_gone(slug=slug)
    context = {
        "town": town,
        "locations": Location.objects.in_town(town),
        "services": Service.objects.for_town(town),
    }
    return render(request, "services/town_detail.html", context)


@require_safe
def interpreter(request):
    return render(request, "services/interpreter.html")
