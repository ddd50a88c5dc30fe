from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "helphub.publishing"
    verbose_name = "Publishing"
