"""Files outside any language. The last part of an address is the file's name on a phone."""

from django.urls import path

from strategy import files

app_name = "strategy-files"
urlpatterns = [
    path("strategy/figures.csv", files.figures, name="figures"),
    path("strategy/<slug:slug>.csv", files.local_figures, name="local-figures"),
]
