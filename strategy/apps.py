from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StrategyConfig(AppConfig):
    name = "strategy"
    verbose_name = _("Pages and the strategy")

    def ready(self):
        from helphub import texts
        from strategy.models import FormOfAbuse, Guide

        texts.register("guide", Guide.objects.links, Guide.objects.names)
        texts.register("topic", FormOfAbuse.objects.links, FormOfAbuse.objects.names)
