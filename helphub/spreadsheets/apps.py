from django.apps import AppConfig


class SpreadsheetsConfig(AppConfig):
    name = "helphub.spreadsheets"
    verbose_name = "Spreadsheets"

    def ready(self):
        from helphub.editions import worker
        from helphub.spreadsheets import models

        worker.CHORES.append(models.forget_old)
