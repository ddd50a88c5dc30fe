import os
import secrets

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from helphub.accounts.change_log import record
from helphub.accounts.models import AccountChange
from helphub.search.build import build_index


class Command(BaseCommand):
    help = "Set up or update tables, content and an account to sign in with."

    def handle(self, **options):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
        call_command("load_content", stdout=self.stdout)
        build_index()
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            self.stdout.write("Sign in to the admin with your existing account.")
            return
        name = os.environ.get("ADMIN_USER", "admin")
        chosen_password = os.environ.get("ADMIN_PASSWORD")
        password = chosen_password or secrets.token_urlsafe(12)
        user = users.create_superuser(name, password=password)
        record(AccountChange.Kind.VOUCHED, user, who_name="the set-up of this hub")
        shown = (
            "the password from ADMIN_PASSWORD" if chosen_password else f"the password {password}"
        )
        self.stdout.write(f"Sign in to the admin as {name} with {shown}. It is not shown again.")
