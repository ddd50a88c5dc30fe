from django.apps import AppConfig

from helphub.content.registry import ContentConfig


class CampaignsConfig(ContentConfig, AppConfig):
    name = "helphub.campaigns"
    verbose_name = "Campaigns"
