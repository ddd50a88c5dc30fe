"""Why a service cannot be saved as it is: its ages, place, notice and suggestions."""

from contacts.validators import errors_of_ages
from services.secrecy import ADDRESS, own_texts, speaks_of_refuge


def errors_of(service):
    """What is wrong with a service, by field."""
    errors = (
        errors_of_ages(service.minimum_age, service.maximum_age)
        | _errors_of_place(service)
        | _errors_of_notice(service)
    )
    return errors or _errors_of_suggestions(service)


def _errors_of_place(service):
    """Refuse an address in a secret service's texts, and any place for it or for a refuge."""
    if not service.is_secret_place:
        if speaks_of_refuge(service) and _has_places(service):
            return {
                "is_secret_place": (
                    "This service mentions a refuge and has a place. The location of a refuge "
                    "must stay secret: delete the service's places first, then tick this."
                )
            }
        return {}
    errors = {
        name: (
            f"“{match.group()}” looks like an address. This service's location must stay "
            "secret: remove the address."
        )
        for name, text in (own_texts(service) | {"title": service.title}).items()
        if (match := ADDRESS.search(text))
    }
    if _has_places(service):
        message = "Delete the service's places first, then tick this and save."
        errors |= {"is_secret_place": message}
    return errors


def _has_places(service):
    # Asked by its row: the key that places point to may just have been taken away.
    services = type(service).objects
    return services.filter(pk=service.pk, locations__isnull=False).exists()


def _errors_of_notice(service):
    if service.is_closed_for_now and not service.notice:
        return {"notice_en": "Say that the service is closed and who to contact meanwhile."}
    return {}


def _errors_of_suggestions(service):
    """Refuse to move a service to the own-behaviour wing while other pages suggest it."""
    if not (service.pk and service.is_own_behaviour):
        return {}
    elsewhere = service.suggestions.exclude(guide__is_own_behaviour=True).select_related(
        "guide", "form_of_abuse", "situation"
    )
    pages = [
        str(suggestion.guide or suggestion.form_of_abuse or suggestion.situation)
        for suggestion in elsewhere
    ]
    if not pages:
        return {}
    return {
        "is_own_behaviour": (
            "Services for people worried about their own behaviour are kept separate. First "
            f"remove this service from “Who can help” on: {', '.join(pages)}."
        )
    }
