"""A place that a service could have, with words that nothing else on the site says."""

from services.models import Location, Service, Town

CANARY = "Quillfeather"
PUBLIC = {
    "address": "public",
    "name": f"{CANARY} House",
    "address_1": "1 Zephyrine Street",
    "postal_code": "ZZ9 9ZZ",
    "directions_en": "The bus with the number on its front stops at the door.",
}


def place(line, **fields):
    service = Service.objects.get(line=line)
    town = Town.objects.get(slug="sedgley")
    return Location(service=service, town=town, **fields)
