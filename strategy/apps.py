from django.apps import AppConfig

from helphub.content.registry import ContentConfig


class StrategyConfig(ContentConfig, AppConfig):
    name = "strategy"
    verbose_name = "Pages and the strategy"

    def ready(self):
        from helphub.content import tokens
        from strategy.models import FormOfAbuse, Guide

        tokens.register("guide", Guide.objects.links, Guide.objects.names)
        tokens.register("topic", FormOfAbuse.objects.links, FormOfAbuse.objects.names)
