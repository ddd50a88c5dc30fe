from django.apps import AppConfig


class EditionsConfig(AppConfig):
    name = "helphub.editions"
    verbose_name = "Editions"

    def ready(self) -> None:
        from helphub.content import signals
        from helphub.editions import readers_had

        signals.had_by_readers.connect(readers_had.answer)
        signals.had_on.connect(readers_had.on)
