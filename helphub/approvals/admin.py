from django.contrib import admin

from helphub.approvals.models import NumberProposal
from helphub.content.admin import ReadOnlyAdmin


@admin.register(NumberProposal)
class NumberProposalAdmin(ReadOnlyAdmin):
    """All proposals, past and present. Each has its own page."""

    list_display = ["phone", "display", "kind", "outcome", "proposed_by", "decided_by"]
    list_filter = ["outcome", "kind"]
    search_fields = ["phone__slug", "dial", "display", "proposed_by", "decided_by"]

    def view_on_site(self, obj):
        return obj.get_absolute_url()
