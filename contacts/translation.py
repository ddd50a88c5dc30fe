from modeltranslation.translator import TranslationOptions, register

from contacts.models import CallFact, Phone


@register(Phone)
class PhoneTranslation(TranslationOptions):
    fields = ["name", "purpose", "text_instruction", "what_happens", "cost"]
    required_languages = {"en": ["name", "purpose"]}


@register(CallFact)
class CallFactTranslation(TranslationOptions):
    fields = ["detail"]
