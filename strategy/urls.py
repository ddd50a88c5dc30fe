from django.urls import path

from strategy import views

app_name = "strategy"
urlpatterns = [
    path("guides/", views.guide_list, name="guide-list"),
    path("guides/<slug:slug>/", views.guide_detail, name="guide-detail"),
    path("topics/", views.form_of_abuse_list, name="form-of-abuse-list"),
    path("topics/<slug:slug>/", views.form_of_abuse_detail, name="form-of-abuse-detail"),
    path("strategy/", views.chapter_list, name="chapter-list"),
    path("strategy/impact/", views.impact, name="impact"),
    path("strategy/newer/", views.newer_figures, name="newer"),
    path("strategy/<slug:slug>/", views.chapter_detail, name="chapter-detail"),
]
