from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core.management import call_command
from django.db.models.signals import post_migrate


def make_cache_table(using, verbosity, **kwargs):
    """The table of the counts of failed attempts: no migration makes it."""
    call_command("createcachetable", database=using, verbosity=verbosity)


class SigninConfig(AppConfig):
    name = "helphub.signin"
    verbose_name = "Sign-in"

    def ready(self):
        from allauth.mfa.signals import authenticator_added, authenticator_used

        from helphub.signin import checks, factors, sessions  # noqa: F401

        post_migrate.connect(make_cache_table, sender=self)
        user_logged_in.connect(sessions.begin)
        # Who has just made a factor has shown it, by a code or a press.
        authenticator_added.connect(factors.remember)
        authenticator_used.connect(factors.remember)
