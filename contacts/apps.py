from django.apps import AppConfig

from helphub.content.registry import ContentConfig


class ContactsConfig(ContentConfig, AppConfig):
    name = "contacts"
    verbose_name = "Numbers"
    not_content = ["approvednumber", "doubt"]
