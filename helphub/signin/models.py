from django.conf import settings
from django.db import models


class SessionsEnd(models.Model):
    """The moment at which all sessions of a person ended, on every device."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions_end"
    )
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.user}, {self.at:%d %B %Y %H:%M}"
