from django.conf import settings
from django.core.checks import Error, Tags, register

SIGN_IN = "helphub.accounts.middleware.SignInRequired"


@register(Tags.security)
def sign_in_is_required(app_configs, **kwargs):
    """In production the admin always needs a second factor."""
    if settings.LAPTOP or (settings.SECOND_FACTOR and SIGN_IN in settings.MIDDLEWARE):
        return []
    return [
        Error(
            "The admin could be reached without a second factor.",
            hint=f"Only a laptop may set SECOND_FACTOR to False or leave out {SIGN_IN}.",
            id="helphub.E002",
        )
    ]
