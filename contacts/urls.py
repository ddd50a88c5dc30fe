from django.urls import path

from contacts import views

app_name = "contacts"
urlpatterns = [path("", views.phone_list, name="phone-list")]
