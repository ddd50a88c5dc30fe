from django.core.management.base import BaseCommand

from contacts import critical


class Command(BaseCommand):
    help = "Rewrite contacts/critical_numbers.json, the numbers that pages show without a database."

    def handle(self, **options):
        critical.write()
        self.stdout.write(f"Wrote {critical.PATH.name}.")
