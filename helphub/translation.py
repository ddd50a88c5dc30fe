from modeltranslation.translator import TranslationOptions, register

from helphub.models import Synonym


@register(Synonym)
class SynonymTranslation(TranslationOptions):
    fields = ["words"]
    required_languages = {"en": ["words"]}
