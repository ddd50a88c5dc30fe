from django.urls import path

from services import views

app_name = "services"
urlpatterns = [
    path("", views.service_list, name="service-list"),
    path("<slug:slug>/", views.service_detail, name="service-detail"),
]
