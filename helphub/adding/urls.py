from django.urls import path

from helphub.adding import views

app_name = "adding"
urlpatterns = [
    path("", views.add_service, name="add-service"),
    path("<int:key>/", views.added, name="added"),
]
