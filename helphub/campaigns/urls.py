from django.urls import path

from helphub.campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("campaigns/<slug:slug>/", views.campaign_detail, name="campaign-detail"),
]
