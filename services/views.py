from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from services.models import Service


@require_safe
def service_list(request):
    return render(
        request, "services/service_list.html", {"services": Service.objects.for_listing()}
    )


@require_safe
def service_detail(request, slug):
    service = get_object_or_404(Service.objects.published().for_page(), slug=slug)
    return render(request, "services/service_detail.html", {"service": service})
