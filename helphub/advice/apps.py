from django.apps import AppConfig


class AdviceConfig(AppConfig):
    name = "helphub.advice"
    verbose_name = "Words"
    recorded = ["wordtoavoid"]

    def ready(self):
        from helphub.advice import saving
        from helphub.content.signals import saved_in_form

        saved_in_form.connect(saving.note_advice)
