from modeltranslation.translator import TranslationOptions, register

from helphub.campaigns import models


@register(models.Campaign)
class CampaignTranslation(TranslationOptions):
    fields = ["name", "words"]
    required_languages = {"en": ["name", "words"]}


@register(models.Material)
class MaterialTranslation(TranslationOptions):
    fields = ["title"]
    required_languages = {"en": ["title"]}
