import getpass
import os
import signal
import sys
import threading

from django.core.management.base import BaseCommand, CommandError

from helphub.editions import by_command, errors, locking, publish, readers_content, sources, store
from helphub.editions.worker import Watcher


class Command(BaseCommand):
    help = "Publish: make an edition, check it, and switch readers to it."

    def add_arguments(self, parser):
        parser.add_argument("--why", default="", help="The reason, kept with the edition.")
        parser.add_argument(
            "--force",
            default="",
            metavar="REASON",
            help="Publish even if the release checks refuse the edition. The reason is kept. A "
            "wrong number on every page still stops it.",
        )
        parser.add_argument(
            "--time-only",
            action="store_true",
            help="Remake what readers have, with the opening hours of the coming weeks. Nothing "
            "that officers have saved since is published.",
        )

        parser.add_argument(
            "--if-needed",
            action="store_true",
            help="Publish only if there is no edition yet, or another release of the site made it. "
            "With --watch, make that edition first and report the outcome.",
        )
        parser.add_argument(
            "--watch",
            action="store_true",
            help="Keep running. Publish what officers ask for in the admin, and what time changes.",
        )

    def handle(self, why, force, time_only, if_needed, watch, **options):
        if watch:
            self._watch(if_needed)
            return
        source = sources.CURRENT if time_only else sources.RELEASED
        if if_needed and (source := sources.lacking()) is None:
            number = store.number_of(readers_content.whole_edition())
            self.stdout.write(f"Readers have edition {number}.")
            return

        def make():
            return publish.publish(source, _requester(), why, force, show=self._progress())

        try:
            done = by_command.run(make, _requester(), self.stdout.write)
        except publish.RefusedError as error:
            raise CommandError(f"Refused. Readers keep the edition they have.\n{error}") from error
        except errors.KNOWN as error:
            raise CommandError(errors.in_words(error)) from error
        for refusal in done.left_out:
            self.stdout.write(f"Left out (readers keep the previous version): {refusal}")
        for warning in done.warnings:
            self.stdout.write(f"Note: {warning}")
        counts = ", ".join(f"{len(pages)} {name}" for name, pages in done.changes.items())
        times = ", ".join(f"{name} {value:.1f} s" for name, value in done.seconds.items())
        self.stdout.write(f"Published edition {done.number}: {counts} ({times}).")

    def _watch(self, if_needed):
        over = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        try:
            locking.check_writable()
        except store.StoreError as error:
            raise CommandError(error) from error
        parent = os.getppid()
        # When started beside a server, it ends with the server.
        Watcher(self._say if if_needed else None).run(
            lambda: over.is_set() or os.getppid() != parent
        )

    def _say(self, words):
        self.stdout.write(words)
        self.stdout.flush()  # The output may be a pipe, and the operator is waiting for it.

    def _progress(self):
        if not sys.stderr.isatty():
            return None

        def show(done, of):
            filled = 40 * done // max(of, 1)
            self.stderr.write(f"\r[{'#' * filled:<40}] {done}/{of} pages", ending="")
            if done == of:
                self.stderr.write("")

        return show


def _requester():
    return f"{getpass.getuser()}, by command"
