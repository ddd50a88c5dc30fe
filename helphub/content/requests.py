"""What a request is for. Readers' servers import this, so it must not need the admin."""

from django.conf import settings
from django.http import HttpRequest


def is_for_admin(request: HttpRequest) -> bool:
    # Where there is no admin, readers find nothing at its address.
    return settings.FOR_OFFICERS and request.path_info.startswith(settings.ADMIN_PREFIX)
