from django.urls import path

from services import public_urls, reporting, views

app_name = "services"
urlpatterns = [
    path("services/", views.service_list, name="service-list"),
    path("services/in/<slug:slug>/", views.service_part, name="service-part"),
    path("services/<slug:slug>/", views.service_detail, name="service-detail"),
    # Short and without words, because these addresses stay in the phone's history.
    path("list/<slug:slugs>/", views.narrowed_list, name="narrowed-list"),
    path("start/", views.first_contacts, name="start"),
    path("start/<slug:who>/", views.first_contacts, name="first-contacts"),
    path("start/<slug:who>/<slug:what>/", views.first_contacts, name="first-contacts"),
    path("start/<slug:who>/<slug:what>/<slug:when>/", views.first_contacts, name="first-contacts"),
    path("near/", views.near, name="near"),
    path("near/<slug:slug>/", views.near, name="near-town"),
    path("wrong/<slug:key>/", views.wrong, name="wrong"),
    path("say-this/", views.interpreter, name="interpreter"),
]


def public_addresses():
    """Pages that an edition needs besides the lists and the entries' own pages."""
    return [*public_urls.parts(), *public_urls.browsing(), *reporting.addresses()]
