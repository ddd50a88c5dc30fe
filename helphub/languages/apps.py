from django.apps import AppConfig
from django.conf import settings

from helphub.content.registry import ContentConfig


class LanguagesConfig(ContentConfig, AppConfig):
    name = "helphub.languages"
    verbose_name = "Languages"
    # Who made and reviewed a translation is for officers. An edition has the words alone.
    not_content = ("translation", "approval", "samemeaning")

    def ready(self):
        if settings.FOR_OFFICERS:
            from helphub.content import loader
            from helphub.languages import drafts, tracking

            tracking.listen()
            loader.WORDS.append(drafts.words)
