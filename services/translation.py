from modeltranslation.translator import TranslationOptions, register

from services.models import Audience, Service


@register(Audience)
class AudienceTranslation(TranslationOptions):
    fields = ["name"]
    required_languages = {"en": ["name"]}


@register(Service)
class ServiceTranslation(TranslationOptions):
    fields = [
        "name",
        "summary",
        "website_hint",
        "what_to_expect",
        "coverage",
        "languages",
        "accessibility",
    ]
    required_languages = {"en": ["name", "summary"]}
