from django.urls import path

from helphub.languages import reading, views
from helphub.languages.changed_english import changed_english
from helphub.languages.exchange import views as exchange

app_name = "translations"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("english/", changed_english, name="changed-english"),
    path("<str:code>/", views.queue, name="queue"),
    path("<str:code>/read/<str:part>/", reading.read, name="read"),
    path("<str:code>/files/", exchange.files, name="files"),
    path("<str:code>/files/export/", exchange.export, name="export"),
    path("<str:code>/files/take/", exchange.take, name="take"),
    path("<str:code>/<str:label>/<int:key>/<str:field>/", views.translation, name="translation"),
    path("<str:code>/<str:label>/<int:key>/<str:field>/review/", views.review, name="review"),
]
