import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helphub.edition import build


class Command(BaseCommand):
    help = "Make one share of an edition's pages. manage.py publish starts this by itself."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("share", type=int)
        parser.add_argument("--before", type=Path)

    def handle(self, share, before, **options):
        if settings.EDITION is None:
            raise CommandError("This is a part of manage.py publish. Run that.")
        if settings.FOR_OFFICERS:
            raise CommandError("Pages are made by the public role, which knows no officers.")
        try:
            build.build_share(share, before)
        except OSError as error:
            if error.errno not in build.FULL:
                raise
            # On a full disk there is no room for words either.
            sys.exit(error.errno)
