from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "helphub.dashboard"
    verbose_name = "First page"
    recorded = ["openquestion"]
