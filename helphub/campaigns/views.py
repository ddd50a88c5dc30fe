from django.conf import settings
from django.shortcuts import render
from django.views.decorators.http import require_safe

from helphub.campaigns.models import Campaign
from helphub.content import memory
from helphub.content.entries import DENIED_PATTERN


@require_safe
def campaign_detail(request, slug):
    """The page of a campaign. Printed, it is a poster."""
    campaign = memory.rows(
        f"campaign {slug}",
        lambda: Campaign.objects.select_related("guide", "topic").shown_or_gone(slug=slug),
    )
    materials = memory.rows(f"materials of {slug}", lambda: list(campaign.materials.all()))
    # A poster hangs where everybody passes. It outlives its campaign, so it names the site alone.
    host = "" if DENIED_PATTERN.search(settings.PUBLIC_HOST) else settings.PUBLIC_HOST
    context = {"campaign": campaign, "materials": materials, "host": host}
    return render(request, "campaigns/campaign_detail.html", context)
