from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_delete, post_save

from helphub.content.registry import ContentConfig


class ServicesConfig(ContentConfig, AppConfig):
    name = "services"
    verbose_name = "Services"
    places = ["location"]

    def ready(self):
        from helphub.content.tokens import register
        from services import tokens

        register("h", tokens.line_links, tokens.line_names, tokens.line_buttons)
        register("website", tokens.website_links, tokens.website_names)
        if settings.FOR_OFFICERS:
            # Readers' servers write nothing, and start faster without the code that reads fixtures.
            self.ready_for_officers()

    def ready_for_officers(self):
        from helphub.content import loader
        from services import forgetting, suggested_lines
        from services.models import Location, Service

        loader.PARTS[suggested_lines.WHO_CAN_HELP] = suggested_lines.rows
        post_delete.connect(forgetting.forget_place, Location)
        post_save.connect(forgetting.forget_hidden_place, Location)
        post_save.connect(forgetting.forget_open_service, Service)
