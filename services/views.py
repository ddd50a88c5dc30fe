from threading import BoundedSemaphore

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from contacts import call_privacy
from contacts.call_privacy import Answer
from helphub.content import markup, memory
from helphub.content.requests import few_at_once
from services import grouping, narrowing, presses, reporting
from services.models import Choice, Location, Service, Situation, Town

MOST_FIRST_CONTACTS = 6
# The service that finds the nearest referral centre.
FINDER = "h-sarc-finder"
# A press writes to a disk, which may be slow. The limit keeps pages fast for everyone else.
places = BoundedSemaphore(4)


@require_safe
def service_list(request):
    services = memory.rows("directory", lambda: list(Service.objects.for_listing()))
    groups = grouping.groups_of(services, [])
    context = {
        "services": services,
        "cards": [service for group in groups if not group.page for service in group.services],
        "groups": groups,
        "contents": markup.contents(group.name for group in groups),
        "ways": narrowing.links_by_question(narrowing.all_choices(), []),
        "picked": [],
    }
    return render(request, "services/service_list.html", context)


@require_safe
def service_part(request, slug):
    """A part of the list that has its own page."""
    found = memory.answer(grouping.part_at, slug)
    if not found:
        raise Http404
    name, title, keys = found
    cards = Service.objects.cards(keys)
    services = [cards[key] for key in keys if key in cards]
    context = {
        "name": name,
        "title": title,
        "services": services,
        "cards": services,
        "groups": [grouping.Group("", services)],
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
        "cards": services,
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
    is_open = not service.is_shown_closed
    phones = service.phones.all() if is_open else []
    locations = service.locations.all() if is_open else []
    context = {
        "service": service,
        "is_open": is_open,
        "phones": phones,
        "told": [phone for phone in phones if phone.what_happens],
        "calls": call_privacy.calls_of(phones),
        "can_be_reached": is_open and bool(phones or service.is_online),
        "locations": locations,
        "asks_about_steps": any(place.step_free == Answer.UNKNOWN for place in locations),
    }
    return render(request, "services/service_detail.html", context)


@require_safe
def first_contacts(request, **slugs):
    """The first contacts for the answers so far, and the next question."""
    answers = {question: _answer(question, slug) for question, slug in slugs.items()}
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
        "quiet": Choice.objects.quiet(),
    }
    return render(request, "services/first_contacts.html", context)


def _answer(question, slug):
    for choice in Choice.objects.of(question):
        if choice.slug == slug:
            return choice
    raise Http404


@require_safe
def near(request, slug=None):
    """Help near every town. A town has an address of its own, but no page that differs."""
    town = slug and memory.rows(f"town {slug}", lambda: Town.objects.shown_or_gone(slug=slug))
    context = memory.rows("near", _near_every_town) | {"town": town}
    return render(request, "services/near.html", context)


def _near_every_town():
    return {
        "locations": list(Location.objects.in_towns(Town.objects.published())),
        "areas": [(area, _beside_the_local_number(area)) for area in Town.objects.areas()],
        "finder": Service.objects.for_listing().filter(line=FINDER).first(),
    }


def _beside_the_local_number(area):
    """The services for an area. The page gives the local number itself before them."""
    return [
        service
        for service in Service.objects.for_area(area)
        if not any(phone.is_spoc for phone in service.phones.all())
    ]


@require_safe
def interpreter(request):
    return render(request, "services/interpreter.html")


# A CSRF token would need a cookie, and a forged press is one of many that change nothing.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@few_at_once(places)
def wrong(request, key):
    """Four buttons for what is wrong with a line. The thanks are the direct reply to the form."""
    found = reporting.line_at(key)
    if not found:
        raise Http404
    service, phone = found
    fault = request.POST.get("fault")
    if fault in presses.Fault.values:
        presses.keep(key, fault)
    context = {
        "key": key,
        "service": service,
        "phone": phone,
        "faults": presses.Fault,
        "is_kept": fault in presses.Fault.values,
        "is_again": request.method == "POST",
    }
    return render(request, "services/wrong.html", context)
