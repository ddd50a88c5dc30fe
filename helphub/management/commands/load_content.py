import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from contacts import critical
from helphub.accounts import roles
from helphub.content import loader
from helphub.history.recording import LOADED, catch_up, recording
from helphub.languages import drafts
from helphub.search.build import build_index


class Command(BaseCommand):
    help = "Load the fixtures into an empty database. Otherwise change nothing."

    def add_arguments(self, parser):
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="List what the fixtures would add and replace, then do it if you say yes. "
            "Anything an officer has changed is never touched.",
        )
        parser.add_argument(
            "--no-input", action="store_true", help="With --overwrite, do it without asking."
        )

    def handle(self, overwrite, no_input, **options):
        try:
            if loader.is_empty():
                self.stdout.write(f"Loaded {self._load_first()} rows.")
            elif overwrite:
                self._overwrite(no_input)
            else:
                self.stdout.write("The content is already loaded. Nothing changed.")
            drafts.note_sources()  # A release may have brought new words of the interface.
            if made := roles.load():
                self.stdout.write(f"Created the roles {', '.join(made)}.")
            catch_up()
        except (loader.FixtureError, roles.RoleError) as error:
            raise CommandError(error) from error

    @transaction.atomic
    def _load_first(self):
        """Fill an empty database, or leave it empty on an error. Returns the number of rows."""
        rows = list(loader.rows())
        drafts.load(rows)
        critical.approve_first()
        return len(rows)

    def _overwrite(self, no_input):
        changes = list(loader.changes())
        for change in changes:
            self.stdout.write(str(change))
        wanted = [change.row for change in changes if change.verb != "leave"]
        if not wanted:
            self.stdout.write("Nothing to add or replace.")
        elif no_input or self._is_wanted(len(wanted)):
            with recording(why=LOADED):
                drafts.load(wanted)
            build_index()
            self.stdout.write(f"Wrote {len(wanted)} rows.")
        else:
            self.stdout.write("Nothing changed. Add --no-input to do it without being asked.")

    def _is_wanted(self, count):
        return sys.stdin.isatty() and input(f"Write these {count} rows? [y/N] ").lower() == "y"
