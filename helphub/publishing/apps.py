from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "helphub.publishing"
    verbose_name = "Publishing"

    def ready(self):
        from helphub.editions import worker
        from helphub.publishing import scheduled

        worker.CHORES.append(scheduled.go_out)
