from django.apps import AppConfig


class CheckingConfig(AppConfig):
    name = "helphub.checking"
    verbose_name = "Checks"

    def ready(self):
        from helphub.checking import last_checks, links, questions, reports
        from helphub.content import signals
        from helphub.dashboard.questions import QUESTIONS
        from helphub.editions import checks, worker

        signals.asked_for_checks.connect(last_checks.of_record)
        QUESTIONS[-1:-1] = [questions.readers_are_told, questions.overdue]
        checks.NOTES.append(links.warnings)
        worker.CHORES.append(reports.collect)
