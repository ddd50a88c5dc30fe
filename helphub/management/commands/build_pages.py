import sys

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management.base import BaseCommand, CommandError
from django.template.loader import get_template
from django.urls import get_resolver

from contacts import opening_hours
from helphub.content import clock
from helphub.editions import makers, shares


class Command(BaseCommand):
    help = "Make part of an edition's pages. Started by manage.py publish, not by hand."
    requires_system_checks = []

    def handle(self, **options):
        if settings.FOR_OFFICERS:
            raise CommandError("Pages are made in the public role, which has no officers.")
        if settings.EDITION is None:
            raise CommandError("This is part of manage.py publish. Run that instead.")
        self.load()
        makers.serve(sys.stdin, self.make_share)

    @staticmethod
    def load():
        """Load what every child would otherwise load for itself, and hold in its own memory."""
        get_resolver().reverse_dict  # noqa: B018 - reading it fills it.
        WSGIHandler()  # It loads the middleware.
        # The first question about one loads the holidays of every country.
        opening_hours.is_bank_holiday(clock.today())
        folder = settings.BASE_DIR / "templates"
        for path in folder.rglob("*.html"):
            name = path.relative_to(folder)
            if name.parts[0] not in {"admin", "account", "accounts", "mfa"}:
                get_template(str(name))

    @staticmethod
    def make_share(number, before):
        """Make a share. Returns the exit status for the process."""
        try:
            shares.build_share(number, before)
        except OSError as error:
            if error.errno not in shares.FULL:
                raise
            # A full disk has no room for an error message either.
            return error.errno
        return 0
