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
            from helphub.content import loader, signals
            from helphub.languages import copying, drafts, tracking

            tracking.listen()
            signals.copied.connect(copying.take_along)
            loader.WORDS.append(drafts.words)
