from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "strategy"
    verbose_name = "Pages and the strategy"

    def ready(self):
        from helphub import texts
        from strategy.models import FormOfAbuse, Guide

        texts.register("guide", Guide.objects.links, Guide.objects.names)
        texts.register("topic", FormOfAbuse.objects.links, FormOfAbuse.objects.names)
