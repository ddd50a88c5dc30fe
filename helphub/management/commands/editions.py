import getpass
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from helphub.editions import by_command, manifests, publish, rollback, state_files, store


class Command(BaseCommand):
    help = "List the editions, go back to one, or end a rollback."

    def add_arguments(self, parser):
        actions = parser.add_mutually_exclusive_group()
        actions.add_argument("--roll-back", type=int, metavar="NUMBER")
        actions.add_argument("--lift", action="store_true", help="End the rollback.")
        parser.add_argument(
            "--why", default="", help="The reason for going back. Every officer sees it."
        )

    def handle(self, roll_back, lift, why, **options):
        requester = f"{getpass.getuser()}, by command"
        try:
            if lift:
                rollback.lift(requester)
                self.stdout.write("The next publication will reach readers again. Publish now.")
            elif roll_back:
                if not why:
                    raise CommandError('Say why: --why "…". Every officer sees it.')
                number = by_command.run(
                    lambda: rollback.roll_back(roll_back, requester, why),
                    requester,
                    self.stdout.write,
                )
                self.stdout.write(
                    f"Readers have edition {number} until the rollback is ended: "
                    "manage.py editions --lift"
                )
            else:
                self._list()
        except publish.RefusedError as error:
            raise CommandError(f"Refused. Readers keep the edition they have.\n{error}") from error
        except store.StoreError as error:
            raise CommandError(error) from error

    def _list(self):
        current, pinned = store.current(), state_files.pinned()
        if pinned:
            self.stdout.write(
                f"{pinned.get('who')} went back to edition {pinned.get('number')}: "
                f"{pinned.get('why')}"
            )
        for number in reversed(store.numbers()):
            folder = store.folder_of(number)
            try:
                manifest = manifests.manifest_of(folder)
            except store.StoreError as error:
                self.stdout.write(f"  {number:6}  {error}")
                continue
            made = datetime.fromtimestamp(manifest["made_at"], timezone.get_default_timezone())
            changes = manifest["changes"]
            counts = ", ".join(f"{len(changes[name])} {name}" for name in changes)
            notes = [manifest["why"], manifest["forced"] and f"FORCED: {manifest['forced']}"]
            notes.append(store.is_forbidden(folder) and "not served: it shows something withdrawn")
            note = "; ".join(note for note in notes if note)
            sign = "*" if folder == current else " "
            self.stdout.write(
                f"{sign} {number:6}  {made:%d %b %Y %H:%M}  {manifest['who']}  {counts}  {note}"
            )
        if current is None:
            self.stdout.write("There is no current edition. Run manage.py publish.")
