from django.apps import AppConfig

from helphub.content.registry import ContentConfig


class StrategyConfig(ContentConfig, AppConfig):
    name = "strategy"
    verbose_name = "Pages and the strategy"

    def ready(self):
        from helphub.content import markup
        from strategy.models import FormOfAbuse, Guide

        markup.register("guide", Guide.objects.links, Guide.objects.names)
        markup.register("topic", FormOfAbuse.objects.links, FormOfAbuse.objects.names)
