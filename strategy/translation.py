from modeltranslation.translator import TranslationOptions, register

from strategy import models


@register(models.Guide)
class GuideTranslation(TranslationOptions):
    fields = ["name", "summary", "content_note", "body", "door"]
    required_languages = {"en": ["name", "body"]}


@register(models.FormOfAbuse)
class FormOfAbuseTranslation(TranslationOptions):
    fields = [
        "name",
        "comment",
        "summary",
        "content_note",
        "description",
        "signs",
        "reassurance",
        "actions",
    ]
    required_languages = {
        "en": ["name", "summary", "description", "signs", "reassurance", "actions"]
    }


@register(models.Strategy)
class StrategyTranslation(TranslationOptions):
    """Its name stays as printed."""

    fields = []


@register(models.Chapter)
class ChapterTranslation(TranslationOptions):
    fields = ["name", "summary", "introduction", "content_note"]
    required_languages = {"en": ["name"]}


class PrintedTranslation(TranslationOptions):
    """The strategy's own words stay as printed. Only our comments are translated."""

    fields = ["comment"]


for printed in [
    models.Source,
    models.Principle,
    models.Standard,
    models.Programme,
    models.Body,
    models.Document,
    models.ContactLine,
    models.HubArea,
    models.FormAsPrinted,
]:
    register(printed)(type(f"{printed.__name__}Translation", (PrintedTranslation,), {}))


@register(models.Statistic)
class StatisticTranslation(PrintedTranslation):
    fields = ["claim", "caption", "newer_caption", "newer_figure", "not_comparable"]


@register([models.Passage, models.Priority])
class SummaryTranslation(PrintedTranslation):
    fields = ["summary"]


@register(models.Action)
class ActionTranslation(TranslationOptions):
    fields = ["name", "measure", "status_reason"]
    required_languages = {"en": ["name"]}


@register(models.ActionUpdate)
class ActionUpdateTranslation(TranslationOptions):
    fields = ["words"]
    required_languages = {"en": ["words"]}


@register(models.Audit)
class AuditTranslation(TranslationOptions):
    fields = ["scope", "summary"]
    required_languages = {"en": ["scope", "summary"]}


@register(models.AuditResult)
class AuditResultTranslation(TranslationOptions):
    fields = ["found"]


@register(models.AuditCorrection)
class AuditCorrectionTranslation(TranslationOptions):
    fields = ["words"]
    required_languages = {"en": ["words"]}


@register(models.Indicator)
class IndicatorTranslation(TranslationOptions):
    fields = ["name", "counted", "unit"]
    required_languages = {"en": ["name", "counted", "unit"]}


@register(models.AnnualReport)
class AnnualReportTranslation(TranslationOptions):
    fields = ["name", "introduction", "next_steps"]


@register(models.ReportedPriority)
class ReportedPriorityTranslation(TranslationOptions):
    fields = ["summary"]


@register(models.ReportedAction)
class ReportedActionTranslation(TranslationOptions):
    fields = ["name", "status_reason"]


@register([models.ReportedUpdate, models.ReportCorrection])
class ReportWordsTranslation(TranslationOptions):
    fields = ["words"]
    required_languages = {"en": ["words"]}
