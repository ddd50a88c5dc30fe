from django.urls import path

from helphub.changes import views

app_name = "changes"
urlpatterns = [
    path("", views.everything, name="log"),
    path("export/", views.export, name="export"),
]
