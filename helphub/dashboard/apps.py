from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "helphub.dashboard"
    verbose_name = "First page"
    recorded = ["openquestion"]

    def ready(self):
        from helphub.content.signals import saved_in_form
        from helphub.dashboard import saving

        saved_in_form.connect(saving.name_open_questions)
