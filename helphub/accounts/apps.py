from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core.management import call_command
from django.db.models.signals import post_migrate, post_save


def make_cache_table(using, verbosity, **kwargs):
    """Make the table that counts failed attempts. No migration makes it."""
    call_command("createcachetable", database=using, verbosity=verbosity)


class AccountsConfig(AppConfig):
    name = "helphub.accounts"
    verbose_name = "Accounts"

    def ready(self):
        from allauth.mfa.signals import authenticator_used

        from helphub.accounts import (
            account_signals,
            checks,  # noqa: F401
            factors,
            limits,
            sessions,
        )

        account_signals.listen()
        limits.count_by_address()
        post_migrate.connect(make_cache_table, sender=self)
        user_logged_in.connect(sessions.begin)
        authenticator_used.connect(factors.remember)
        post_save.connect(factors.remember_new, sender="mfa.Authenticator")
