from helphub.accounts.change_log import record
from helphub.accounts.factor_removal import remove_factors
from helphub.accounts.models import AccountChange
from helphub.management.commands.vouch import AboutAccount


class Command(AboutAccount):
    help = (
        "Remove all second factors from an account at once, and end its sessions. For the only "
        "user administrator, if they have lost their phone and codes. For anyone else, a user "
        "administrator does it in the admin."
    )

    def do(self, user, operator):
        record(AccountChange.Kind.REMOVAL, user, who_name=f"{operator}, on the server")
        remove_factors(user)
        self.stdout.write(
            f"Removed all second factors from {user}, who chooses a new one at the next sign-in. "
            "Every officer sees this on the first page."
        )
