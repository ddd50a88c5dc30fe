from django.urls import path

from strategy import views
from strategy.models import AnnualReport

app_name = "strategy"
urlpatterns = [
    path("guides/", views.guide_list, name="guide-list"),
    path("guides/<slug:slug>/", views.guide_detail, name="guide-detail"),
    path("topics/", views.form_of_abuse_list, name="form-of-abuse-list"),
    path("topics/<slug:slug>/", views.form_of_abuse_detail, name="form-of-abuse-detail"),
    path("strategy/", views.chapter_list, name="chapter-list"),
    path("strategy/impact/", views.impact, name="impact"),
    path("strategy/reports/<slug:slug>/", views.report_detail, name="report-detail"),
    path("strategy/reports/<slug:slug>/updates/", views.report_updates, name="report-updates"),
    path("strategy/<slug:slug>/", views.chapter_detail, name="chapter-detail"),
]


def public_addresses():
    """The pages of the earlier updates of each report's year."""
    return [report.get_updates_url() for report in AnnualReport.objects.with_earlier_updates()]
