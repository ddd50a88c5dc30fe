from django.apps import AppConfig

from helphub.content.registry import ContentConfig


class StrategyConfig(ContentConfig, AppConfig):
    name = "strategy"
    verbose_name = "Pages and the strategy"

    def ready(self):
        from helphub.content import forms, tokens
        from strategy.local_data_forms import without_figures_to_hide
        from strategy.models import FormOfAbuse, Guide

        forms.WITHHOLDING.append(without_figures_to_hide)

        tokens.register("guide", Guide.objects.links, Guide.objects.names)
        tokens.register("topic", FormOfAbuse.objects.links, FormOfAbuse.objects.names)
