from django.core.management.base import BaseCommand

from helphub import words


class Command(BaseCommand):
    help = "Compile the interface's translations for Django."
    requires_system_checks = []

    def handle(self, **options):
        words.compile_all()
