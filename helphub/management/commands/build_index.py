from django.core.management.base import BaseCommand

from helphub.search import index


class Command(BaseCommand):
    help = "Rebuild the search index from everything published."

    def handle(self, **options):
        count = index.build()
        self.stdout.write(f"Indexed {count} pages, counting each language separately.")
