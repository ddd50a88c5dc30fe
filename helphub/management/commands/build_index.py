from django.core.management.base import BaseCommand

from helphub.search.build import build_index


class Command(BaseCommand):
    help = "Rebuild the search index from everything published."

    def handle(self, **options):
        count = build_index()
        self.stdout.write(f"Indexed {count} pages, counting each language separately.")
