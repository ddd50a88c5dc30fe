"""The search over everything in the admin."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_safe

from helphub.finding import results, showing, texts
from helphub.finding.asked import Asked, asked
from helphub.publishing import pending

ON_A_PAGE = 50


@admin.site.admin_view
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """What has the words, number, token or address that an officer typed."""
    wanted = asked(request.GET.get("q", ""), settings.PUBLIC_HOST, request.get_host())
    compared = pending.compared() if wanted.parts else None
    groups = results.groups(request, wanted, compared) if wanted.parts else []
    kind = request.GET.get("kind", "")
    chosen = [group for group in groups if not kind or group.label == kind]
    hits = [(group, hit) for group in chosen for hit in group.hits]
    page = Paginator(hits, ON_A_PAGE).get_page(request.GET.get("page"))
    showing.describe(request, wanted, [hit for _, hit in page], compared)
    context: dict[str, Any] = admin.site.each_context(request) | {
        "title": f"Search: {wanted.typed[:60]}" if wanted.typed else "Search",
        "asked": wanted,
        "compared": compared,
        "groups": groups,
        "kind": kind,
        "page": page,
        "count": sum(len(group.hits) for group in groups),
        "is_without_record": _is_without_record(wanted, groups),
        "may_see_something": bool(texts.kinds(request)),
    }
    return render(request, "admin/finding/find.html", context)


def _is_without_record(wanted: Asked, groups: list[results.Group]) -> bool:
    """Whether the address is of a page that no single record makes, such as a list."""
    if not wanted.path or any(hit.rank == results.EXACT for group in groups for hit in group.hits):
        return False
    try:
        match = resolve(wanted.path)
    except Resolver404:
        return False
    return "slug" not in match.kwargs and not match.args
