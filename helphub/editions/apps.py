from django.apps import AppConfig


class EditionsConfig(AppConfig):
    name = "helphub.editions"
    verbose_name = "Editions"

    def ready(self) -> None:
        from helphub.content import signals
        from helphub.editions import shown

        signals.had_by_readers.connect(shown.answer)
