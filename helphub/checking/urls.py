from django.urls import path

from helphub.checking import call_views, link_views, publishing_checks, reminders, views

app_name = "checking"
urlpatterns = [
    path("", views.worklist, name="worklist"),
    path("undo/<uuid:batch>/", views.take_back, name="take-back"),
    path("call/<int:key>/", call_views.call, name="call"),
    path("call/logged/<int:key>/", call_views.logged, name="logged"),
    path("publish/", publishing_checks.publish_checked, name="publish-checked"),
    path("week/", views.week, name="week"),
    path("calendar.ics", reminders.calendar, name="calendar"),
    path("links/", link_views.links_page, name="links"),
    path("links/check/", link_views.check_one, name="check-link"),
    path("links/check-all/", link_views.check_some, name="check-links"),
]
