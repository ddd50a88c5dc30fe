from modeltranslation.translator import TranslationOptions, register

from helphub.search.models import Synonym


@register(Synonym)
class SynonymTranslation(TranslationOptions):
    fields = ["words"]
    required_languages = {"en": ["words"]}
