from django.apps import AppConfig


class AddingConfig(AppConfig):
    name = "helphub.adding"
    verbose_name = "Adding a service"
