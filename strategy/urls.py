from django.urls import path

from strategy import views
from strategy.models import Audit, Chapter, Standard

app_name = "strategy"
urlpatterns = [
    path("guides/", views.guide_list, name="guide-list"),
    path("guides/<slug:slug>/", views.guide_detail, name="guide-detail"),
    path("topics/", views.form_of_abuse_list, name="form-of-abuse-list"),
    path("topics/<slug:slug>/", views.form_of_abuse_detail, name="form-of-abuse-detail"),
    path("strategy/", views.chapter_list, name="chapter-list"),
    path("strategy/impact/", views.impact, name="impact"),
    path("strategy/standards/<slug:slug>/", views.audit_detail, name="audit-detail"),
    path("strategy/<slug:slug>/", views.chapter_detail, name="chapter-detail"),
]


def public_addresses():
    """The pages of audits, if readers can see the page that leads to them."""
    if not Chapter.objects.published().filter(slug=Standard.chapter_slug).exists():
        return []
    return [audit.get_absolute_url() for audit in Audit.objects.published()]
