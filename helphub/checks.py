"""What must be settled before the site goes live."""

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security, deploy=True)
def owner_is_named(app_configs, **kwargs):
    """Every setting that only the owner can supply is set."""
    missing = [
        f"OWNER_{name.upper().replace('-', '_')}"
        for name, value in settings.OWNER.items()
        if not value
    ]
    if not settings.SECURITY_CONTACT:
        missing.append("SECURITY_CONTACT")
    return [
        Error(
            f"{name} is not set.",
            hint="The accessibility statement, the privacy notice or security.txt needs it.",
            id="helphub.E001",
        )
        for name in missing
    ]
