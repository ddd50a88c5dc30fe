"""The rows that the journey makes: how each follows from the form, its rules, and saving them."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models

from contacts.models import Organization, Phone, Schedule
from contacts.opening_hours import BankHolidays
from helphub.adding import names
from helphub.checking.script import hours_in_words
from helphub.content.secrecy import speaks_of_refuge
from services.models import Location, Service

LONGEST_PURPOSE = Phone._meta.get_field("purpose_en").max_length
OWN_BEHAVIOUR = Phone.Section.OWN_BEHAVIOUR.value
UNDISCLOSED = "secret"
LAST = 32767  # What the column can hold.
REFUGE = (
    "This mentions a refuge, whose location must stay secret. Choose “Secret” and take out the "
    "address."
)
# The boxes in which the fields of each row are typed, where they have other names.
BOXES = {
    Organization: {"name": "new_organization", "slug": "organization_slug"},
    Phone: {
        "slug": "line",
        "name_en": "number_name",
        "dial": "number",
        "display": "number",
        "purpose_en": "purpose",
        "section": "heading",
        "text_instruction_en": "text_instruction",
        "what_happens_en": "what_happens",
    },
    Service: {
        "slug": "service_slug",
        "title": "service_title",
        "name_en": "name",
        "summary_en": "summary",
        "section": "heading",
        "how_to_get_in_en": "how_to_get_in",
        "what_to_expect_en": "what_to_expect",
        "cost_en": "cost",
        "is_secret_place": "place",
        "is_own_behaviour": "heading",
    },
    Location: {
        "name": "place_name",
        "address": "place",
        "directions_en": "directions",
        "when_en": "when",
        "__all__": "place",
    },
}
# What other boxes or this module give to each row, so that a mistake in it is reported there.
GIVEN = {
    Phone: {"organization", "position"},
    Service: {"organization", "position"},
    Location: {"service", "position"},
}


class Rows(NamedTuple):
    """What the journey makes. None for what it does not need."""

    organization: Organization
    phone: Phone | None
    schedules: list[Schedule]
    service: Service
    location: Location | None


def rows_of(form):
    """The rows as they would be saved, as far as they can be told from what was typed."""
    values = form.cleaned_data
    organization = values.get("organization") or _organization(values)
    service = _service(values, organization)
    phone = _phone(values, organization, form.bank_holidays) if values.get("number") else None
    schedules = form.schedules or ([_always()] if values.get("is_always_open") else [])
    has_place = values.get("place") in Location.Address.values
    location = _location(values, service, form.sessions) if has_place else None
    return Rows(organization, phone, schedules, service, location)


def _organization(values):
    name = values.get("new_organization", "")
    return Organization(
        name=name,
        slug=values.get("organization_slug") or names.address_for(Organization, name),
        position=_last(Organization.objects.all()),
        is_published=values.get("is_visible", False),
    )


def _always():
    return Schedule(byday="MO,TU,WE,TH,FR,SA,SU", opens_at="00:00", closes_at="00:00")


def _last(others):
    """The place behind all these in a list."""
    last = others.aggregate(models.Max("position"))["position__max"] or 0
    return min(last + 1, LAST)


def _phone(values, organization, bank_holidays):
    shown = values["number"]
    section = values.get("heading", "")
    same = ["kind", "minimum_age", "maximum_age", "sex"]
    callers = ["is_for_self", "is_for_families", "is_for_professionals"]
    return Phone(
        organization=organization,
        slug=_token(values),
        name_en=values.get("number_name") or values.get("name", ""),
        purpose_en=values.get("purpose") or values.get("summary", "")[:LONGEST_PURPOSE],
        dial=shown.replace(" ", ""),
        display=shown,
        text_instruction_en=values.get("text_instruction", ""),
        what_happens_en=values.get("what_happens", ""),
        section=section,
        bank_holidays=bank_holidays,
        position=_last(Phone.objects.filter(section=section)),
        is_published=values.get("is_visible", False),
        **{name: values[name] for name in [*same, *callers] if name in values},
    )


def _token(values):
    return values.get("line") or names.token_for(values.get("name", ""))


def _service(values, organization):
    heading, name = values.get("heading", ""), values.get("name", "")
    texts = ["how_to_get_in", "what_to_expect", "cost", "summary", "name"]
    same = ["website", "webchat", "email", "minimum_age", "maximum_age"]
    yes_or_no = ["has_sign_language", "has_drop_in"]
    return Service(
        organization=organization,
        title=values.get("service_title") or names.title_for(name),
        slug=values.get("service_slug") or names.address_for(Service, name),
        line=_token(values),
        section="" if heading == OWN_BEHAVIOUR else heading,
        is_own_behaviour=heading == OWN_BEHAVIOUR,
        is_secret_place=values.get("place") == UNDISCLOSED,
        position=_last(Service.objects.all()),
        is_published=values.get("is_visible", False),
        **{f"{text}_en": values.get(text, "") for text in texts},
        **{field: values[field] for field in [*same, *yes_or_no] if field in values},
    )


def _location(values, service, sessions):
    is_closed = values.get("is_place_closed_on_bank_holidays")
    return Location(
        service=service,
        address=values["place"],
        town=values.get("town"),
        name=values.get("place_name", ""),
        address_1=values.get("address_1", ""),
        postal_code=values.get("postal_code", ""),
        directions_en=values.get("directions", ""),
        when_en=when_in_words(sessions, is_closed) if sessions else values.get("when", ""),
    )


def when_in_words(sessions, is_closed_on_bank_holidays):
    """When people can come, as readers see the hours of a number."""
    policy = BankHolidays.CLOSED if is_closed_on_bank_holidays else BankHolidays.USUAL
    # Nobody rings it, so nothing may be said about whether it is open now.
    place = Phone(bank_holidays=policy, hours_are_disputed=True)
    place.unsaved_rows = {"schedules": sessions, "exceptions": []}
    return hours_in_words(place)


# Rules


def errors_of(rows, exclude):
    """What the models' own rules refuse, as the admin's forms would: (box, messages).

    Boxes that have an error already are excluded: what they say is not known.
    """
    is_refuge = rows.location and speaks_of_refuge(rows.location, rows.location.name)
    if rows.location and (is_refuge or speaks_of_refuge(rows.service)):
        yield "place", REFUGE
        exclude = exclude | {"place"}
    is_new = rows.organization.pk is None and rows.organization.name
    for row in [rows.organization if is_new else None, rows.phone, rows.service, rows.location]:
        if row is not None and not (row is rows.location and "place" in exclude):
            yield from _errors_of_row(row, exclude)


def _errors_of_row(row, exclude):
    boxes = BOXES[type(row)]
    unknown = {
        field.name
        for field in row._meta.concrete_fields
        if boxes.get(field.name, field.name) in exclude
    }
    try:
        row.full_clean(exclude=unknown | GIVEN.get(type(row), set()))
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            yield boxes.get(name, name), messages


# Saving


def save(rows, values):
    """Save everything. The caller keeps it in one transaction."""
    rows.organization.save()
    if rows.phone is not None:
        rows.phone.organization = rows.organization
        rows.phone.save()
        for schedule in rows.schedules:
            schedule.phone = rows.phone
            schedule.save()
    rows.service.organization = rows.organization
    rows.service.save()
    rows.service.phones.set([*([rows.phone] if rows.phone else []), *values["phones"]])
    for name in ("audiences", "forms_of_abuse", "areas"):
        getattr(rows.service, name).set(values[name])
    if rows.location is not None:
        rows.location.service = rows.service
        rows.location.save()
