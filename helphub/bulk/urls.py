from django.urls import path

from helphub.bulk import views

app_name = "bulk"
urlpatterns = [
    path("", views.batches, name="batches"),
    path("<int:key>/", views.batch, name="batch"),
    path("<int:key>/undo/", views.undo, name="undo"),
    path("<str:label>/<slug:name>/", views.act, name="act"),
]
