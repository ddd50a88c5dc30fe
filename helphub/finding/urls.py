from django.urls import path

from helphub.finding import views

app_name = "finding"
urlpatterns = [path("", views.find, name="find")]
