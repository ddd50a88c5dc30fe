from django.urls import path

from services import public_urls, views

app_name = "services"
urlpatterns = [
    path("services/", views.service_list, name="service-list"),
    path("services/<slug:slug>/", views.service_detail, name="service-detail"),
    # Short and without words, because these addresses stay in the phone's history.
    path("list/<slug:slugs>/", views.narrowed_list, name="narrowed-list"),
    path("start/", views.first_contacts, name="start"),
    path("start/<slug:who>/", views.first_contacts, name="first-contacts"),
    path("start/<slug:who>/<slug:what>/", views.first_contacts, name="first-contacts"),
    path("start/<slug:who>/<slug:what>/<slug:when>/", views.first_contacts, name="first-contacts"),
    path("near/", views.town_list, name="town-list"),
    path("near/<slug:slug>/", views.town_detail, name="town-detail"),
    path("say-this/", views.interpreter, name="interpreter"),
]


def public_addresses():
    """Pages that an edition needs besides the lists and the entries' own pages."""
    return public_urls.browsing()
