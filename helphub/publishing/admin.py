from django.contrib import admin

from helphub.content.admin import ReadOnlyAdmin
from helphub.editions.models import PublicationRequest


@admin.register(PublicationRequest)
class PublicationAdmin(ReadOnlyAdmin):
    """Requests made to the publisher."""

    list_display = ["__str__", "who", "state", "finished_at"]
    list_filter = ["kind", "state"]
