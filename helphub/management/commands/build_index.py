from django.core.management.base import BaseCommand

from helphub.find import index


class Command(BaseCommand):
    help = "Write anew what can be found: the index of everything published."

    def handle(self, **options):
        count = index.build()
        self.stdout.write(f"Indexed {count} pages, counted once in each language.")
