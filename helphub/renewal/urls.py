from django.urls import path

from helphub.renewal import views

app_name = "renewal"
urlpatterns = [
    path("", views.renew, name="renew"),
    path("in-force/", views.put_in_force, name="put-in-force"),
    path("back/<int:key>/", views.put_back, name="put-back"),
    path("<slug:name>/", views.part, name="part"),
]
