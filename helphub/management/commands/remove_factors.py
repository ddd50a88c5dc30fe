from helphub.management.commands.vouch import AboutAccount
from helphub.signin import account_changes
from helphub.signin.account_changes import Kind


class Command(AboutAccount):
    help = (
        "Remove all second factors of an account at once, and end its sessions. For the only "
        "keeper of users, who lost the phone and the codes; for others a keeper does it in the "
        "admin."
    )

    def do(self, user, who):
        account_changes.record(Kind.REMOVAL, user, who_name=f"{who}, on the server")
        account_changes.remove_factors(user)
        self.stdout.write(
            f"Removed all second factors of {user}, who chooses a new one with the next sign-in. "
            "Every officer sees it on the first page."
        )
