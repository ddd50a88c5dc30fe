from django.urls import path, reverse

from contacts import views
from strategy.models import Strategy

app_name = "contacts"
urlpatterns = [
    path("contacts/", views.phone_list, name="phone-list"),
    # Beside the strategy's chapters, but only this room knows how the numbers have changed.
    path("strategy/contacts/", views.printed_lines, name="printed-lines"),
    path("strategy/<slug:strategy>/contacts/", views.printed_lines, name="replaced-printed-lines"),
]


def public_addresses():
    """The lists of numbers in strategies that have been replaced."""
    return [
        reverse("contacts:replaced-printed-lines", args=[strategy.slug])
        for strategy in Strategy.objects.replaced()
    ]
