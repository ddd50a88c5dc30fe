from django.apps import AppConfig


class SplittingConfig(AppConfig):
    name = "helphub.splitting"
    verbose_name = "Text from a document"
