from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from helphub.accounts.change_log import record
from helphub.accounts.models import AccountChange


class AboutAccount(BaseCommand):
    """Something an operator does to an account on the server, in their own name."""

    def add_arguments(self, parser):
        parser.add_argument("username", help="The name they sign in with.")
        parser.add_argument("--who", required=True, help="Your own name, for the log.")

    def handle(self, username, who, **options):
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(
                f"There is no account {username}. The admin lists them under Officers."
            )
        if not who.strip():
            raise CommandError("Give your own name: --who “your name”.")
        self.do(user, who.strip())


class Command(AboutAccount):
    help = (
        "Record that you know the person behind an account. From then on, however new it is, it "
        "can approve numbers and counts as a second user administrator. For the first officers "
        "of a new hub: later on, another user administrator vouches in the admin."
    )

    def do(self, user, operator):
        record(AccountChange.Kind.VOUCHED, user, who_name=f"{operator}, on the server")
        self.stdout.write(
            f"Vouched for {user} as {operator}. Every officer sees this on the first page."
        )
