from django.urls import path

from contacts import views

app_name = "contacts"
urlpatterns = [
    path("contacts/", views.phone_list, name="phone-list"),
    # Beside the strategy's chapters, but only this room knows how the numbers have changed.
    path("strategy/contacts/", views.printed_lines, name="printed-lines"),
]
