from modeltranslation.translator import TranslationOptions, register

from services.models import Audience, Choice, Location, Service, ServiceArea, Town


@register([Audience, ServiceArea, Choice])
class NameTranslation(TranslationOptions):
    fields = ["name"]
    required_languages = {"en": ["name"]}


@register(Town)
class TownTranslation(NameTranslation):
    pass


@register(Service)
class ServiceTranslation(TranslationOptions):
    fields = [
        "name",
        "summary",
        "notice",
        "website_hint",
        "how_to_get_in",
        "what_to_expect",
        "cost",
        "coverage",
        "languages",
        "accessibility",
    ]
    required_languages = {"en": ["name", "summary"]}


@register(Location)
class LocationTranslation(TranslationOptions):
    fields = ["when", "directions"]
