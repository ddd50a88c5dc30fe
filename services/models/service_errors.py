"""Why a service cannot be saved as it is: its ages, place, notice and suggestions."""

from contacts.validators import errors_of_ages
from helphub.content import secrecy


def errors_of(service):
    """What is wrong with a service, by field."""
    errors = (
        errors_of_ages(service.minimum_age, service.maximum_age)
        | _errors_of_place(service)
        | _errors_of_notice(service)
    )
    return errors or _errors_of_suggestions(service)


def _errors_of_place(service):
    """Refuse an address in the texts if readers may not have it, and any place for a refuge."""
    errors = {}
    found = secrecy.addresses_in(service, title=service.title)
    if found and (why := _why_hidden(service)):
        errors = {name: secrecy.refusal(address, why) for name, address in found.items()}
    if service.is_secret_place:
        message = "Delete the service's places first, then tick this and save."
    elif secrecy.speaks_of_refuge(service):
        message = (
            "This service mentions a refuge and has a place. The location of a refuge "
            "must stay secret: delete the service's places first, then tick this."
        )
    else:
        return errors
    return errors | ({"is_secret_place": message} if _has_places(service) else {})


def _why_hidden(service):
    """Why readers may not have the service's address, or "" if they may."""
    if service.is_secret_place:
        return secrecy.OF_HIDDEN_SERVICE
    if secrecy.speaks_of_refuge(service):
        return secrecy.OF_REFUGE
    return secrecy.ON_BOOKING if _rows(service).hiding_their_address().exists() else ""


def _has_places(service):
    return _rows(service).filter(locations__isnull=False).exists()


def _rows(service):
    # Asked by its row: the key that places point to may just have been taken away.
    return type(service).objects.filter(pk=service.pk)


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
