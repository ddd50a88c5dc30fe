import sys

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from contacts.models import ApprovedNumber, Phone
from helphub.history.recording import recording


class Command(BaseCommand):
    help = (
        "Record that two people checked the saved digits of a number and found them right. For "
        "operators: in the admin, one officer proposes and another approves."
    )

    def add_arguments(self, parser):
        parser.add_argument("line", help="The number's name in texts, such as h-spoc.")
        parser.add_argument("--who", required=True, help="Who checked it.")
        parser.add_argument("--second", required=True, help="Who else checked it.")
        parser.add_argument("--no-input", action="store_true", help="Approve it without asking.")

    def handle(self, line, who, second, no_input, **options):
        proposer, approver = who.strip(), second.strip()
        if not proposer or not approver or proposer.casefold() == approver.casefold():
            raise CommandError("Name two different people who checked it: --who and --second.")
        phone = Phone.objects.filter(slug=line).first()
        if phone is None:
            raise CommandError(
                f"There is no number {line}. The list of numbers in the admin gives their names."
            )
        before = ApprovedNumber.objects.by_line().get(line)
        was = f"currently approved: {before.display}" if before else "not yet approved"
        self.stdout.write(f"{phone.name}\nshows {phone.display}, dials {phone.dial} ({was}).")
        if not no_input and not self._is_wanted(phone):
            raise CommandError("Nothing was approved.")
        row = ApprovedNumber(
            line=line,
            dial=phone.dial,
            display=phone.display,
            textphone=phone.textphone,
            role=phone.role,
            proposed_by=proposer,
            who=f"{approver}, by command",
        )
        try:
            row.full_clean()
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        with recording(why=f"{row.who}, approved the digits {row.display}") as record:
            row.save()
            record.note(phone)
        self.stdout.write(
            f"Approved {row.display} for {line}, recorded as proposed by {proposer} and approved "
            f"by {row.who}. Publish so that readers see it."
        )

    def _is_wanted(self, phone):
        if not sys.stdin.isatty():
            self.stdout.write("Add --no-input to approve it without being asked.")
            return False
        # Typed, not just confirmed: a wrong digit is the worst fault this site can have.
        typed = input("Type the digits that you know to be right: ")
        return typed.replace(" ", "") == phone.dial
