from django.urls import path

from helphub.approvals import views

app_name = "approvals"
urlpatterns = [
    path("", views.proposals, name="proposals"),
    path("propose/<int:key>/", views.propose, name="propose"),
    path("<int:key>/", views.proposal, name="proposal"),
]
