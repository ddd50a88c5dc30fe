from django.urls import path

from helphub.splitting import views

app_name = "splitting"
urlpatterns = [
    path("", views.all_documents, name="documents"),
    path("<int:key>/", views.document, name="document"),
    path("<int:key>/part/<int:piece>/", views.part, name="part"),
    path("<int:key>/make/", views.make, name="make"),
    path("<int:key>/forget/", views.forget, name="forget"),
]
