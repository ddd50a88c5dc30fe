from django.apps import AppConfig

from helphub.content.registry import ContentConfig


class SearchConfig(ContentConfig, AppConfig):
    name = "helphub.search"
    verbose_name = "Find"
    never_read = ("synonym",)
