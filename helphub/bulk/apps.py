from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "helphub.bulk"
    verbose_name = "Many at once"
