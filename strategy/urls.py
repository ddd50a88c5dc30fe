from django.urls import path, reverse

from strategy import views
from strategy.models import AnnualReport, Audit, Indicator, Strategy

app_name = "strategy"
urlpatterns = [
    path("guides/", views.guide_list, name="guide-list"),
    path("guides/<slug:slug>/", views.guide_detail, name="guide-detail"),
    path("topics/", views.form_of_abuse_list, name="form-of-abuse-list"),
    path("topics/<slug:slug>/", views.form_of_abuse_detail, name="form-of-abuse-detail"),
    path("strategy/", views.chapter_list, name="chapter-list"),
    path("strategy/impact/", views.impact, name="impact"),
    path("strategy/standards/<slug:slug>/", views.audit_detail, name="audit-detail"),
    path("strategy/local-data/", views.local_data, name="local-data"),
    path("strategy/reports/<slug:slug>/", views.report_detail, name="report-detail"),
    path("strategy/reports/<slug:slug>/updates/", views.report_updates, name="report-updates"),
    path("strategy/newer/", views.newer_figures, name="newer"),
    path("strategy/<slug:slug>/", views.chapter_detail, name="chapter-detail"),
    path("strategy/<slug:strategy>/impact/", views.impact, name="replaced-impact"),
    path("strategy/<slug:strategy>/newer/", views.newer_figures, name="replaced-newer"),
    path(
        "strategy/<slug:strategy>/<slug:slug>/",
        views.replaced_chapter_detail,
        name="replaced-chapter-detail",
    ),
]


def public_addresses():
    """Pages that are no entry's own: of replaced strategies, of audits, of earlier updates."""
    replaced = [
        reverse(f"strategy:replaced-{name}", args=[strategy.slug])
        for strategy in Strategy.objects.replaced()
        for name in ("impact", "newer")
    ]
    audits = [audit.get_absolute_url() for audit in Audit.objects.with_pages()]
    reports = AnnualReport.objects.with_earlier_updates()
    return [*replaced, *audits, *(report.get_updates_url() for report in reports)]


def public_files():
    """The addresses of files outside any language, for the edition."""
    return [indicator.get_file_url() for indicator in Indicator.objects.for_page()]
