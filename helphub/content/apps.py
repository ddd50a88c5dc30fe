from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "helphub.content"
    verbose_name = "Content"
