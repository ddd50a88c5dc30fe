from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "helphub.history"

    def ready(self):
        from helphub.history import recording

        recording.listen()
