"""The pages outside the apps."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Case, When
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from helphub import error_pages
from helphub.campaigns.models import Campaign
from helphub.content import clock, markup, memory
from strategy.models import Guide, HubArea, Strategy, who_can_help


@require_safe
def home(request):
    guide = Guide.objects.at("home")
    doors = memory.rows("doors", lambda: list(Guide.objects.doors()))
    context = {
        "guide": guide,
        "doors": [door for door in doors if not door.is_own_behaviour],
        "own_doors": [door for door in doors if door.is_own_behaviour],
        "campaign": Campaign.objects.on_home(),
        "suggestions": who_can_help(guide) if guide else [],
    }
    return render(request, "home.html", context)


@require_safe
def fixed_page(request, template="fixed_page.html"):
    """A guide whose address is its own name: help now, using this site and so on."""
    guide = Guide.objects.at(request.resolver_match.url_name)
    html, contents = markup.in_parts(guide.body if guide else "")
    context = {
        "guide": guide,
        "text": html,
        "contents": contents,
        "suggestions": who_can_help(guide) if guide else [],
    }
    return render(request, template, context)


@require_safe
def moved(request, address):
    """Redirect an old help hub address to the page that replaced it."""
    areas = HubArea.objects.exclude(strategy__state=Strategy.State.DRAFT).select_related(
        "form_of_abuse"
    )
    # A later strategy may lead the same address elsewhere.
    in_force_first = Case(When(strategy__state=Strategy.State.IN_FORCE, then=0), default=1)
    area = areas.filter(url__endswith=f"/{address}").order_by(in_force_first, "position").first()
    return redirect(area.get_new_url() if area else reverse("home"))


@require_safe
def moved_in_admin(request, room, rest):
    """Redirect an address of an admin page from before each room had its own."""
    query = request.META["QUERY_STRING"]
    return redirect(f"{settings.ADMIN_PREFIX}{room}{rest}{f'?{query}' if query else ''}")


@require_safe
def robots(request):
    lines = [
        "User-agent: *",
        f"Disallow: {settings.ADMIN_PREFIX}",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def security_txt(request):
    """Where to report a weakness (RFC 9116). Clients must ignore a file that has expired."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = clock.first_of_block() + timedelta(days=208)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def traffic_advice(request):
    """Ask prefetch proxies, which fetch pages before a link is pressed, to skip this site."""
    advice = [{"user_agent": "prefetch-proxy", "disallow": True}]
    return JsonResponse(advice, safe=False, content_type="application/trafficadvice+json")


@require_safe
def emergency(request):
    """Only the numbers, for a front server to show when this one does not answer."""
    return HttpResponse(error_pages.emergency_page())
