from django.urls import path

from helphub.history import views

app_name = "history"
urlpatterns = [
    path("deleted/", views.deleted, name="deleted"),
    path("<str:label>/<int:key>/", views.history, name="history"),
    path("<str:label>/<int:key>/compare/", views.compare, name="compare"),
    path("<str:label>/<int:key>/<int:version>/", views.restore, name="restore"),
]
