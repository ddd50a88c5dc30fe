"""This site's own certificate. When it runs out, browsers show readers a warning instead of us."""

from contextlib import suppress
from datetime import timedelta

from django.conf import settings

from helphub.checking.fetching import Fetcher, Stopped
from helphub.checking.models import Certificate

# A program renews certificates, and should have done so by then.
AHEAD = timedelta(days=21)


def look(fetcher: Fetcher | None = None) -> None:
    """Note when it runs out. If the site cannot be asked, what was last known stays."""
    host = settings.PUBLIC_HOST
    with suppress(Stopped, OSError):
        ends_on, fault = (fetcher or Fetcher()).certificate_of(host)
        Certificate.objects.update_or_create(
            host=host, defaults={"ends_on": ends_on, "fault": fault}
        )


def known() -> Certificate | None:
    return Certificate.objects.filter(host=settings.PUBLIC_HOST).first()
