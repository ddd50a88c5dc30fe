from django.conf import settings
from django.core.checks import Error, Tags, register

GATE = "helphub.signin.gate.Gate"


@register(Tags.security)
def the_gate_is_shut(app_configs, **kwargs):
    """In production the admin always needs a second factor."""
    if settings.LAPTOP or (settings.SECOND_FACTOR and GATE in settings.MIDDLEWARE):
        return []
    return [
        Error(
            "The admin could be reached without a second factor.",
            hint=f"Only a laptop may set SECOND_FACTOR to False or leave out {GATE}.",
            id="helphub.E002",
        )
    ]
