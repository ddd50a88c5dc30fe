from django.urls import path

from helphub.reviews import views

app_name = "reviews"
urlpatterns = [
    path("", views.reviews, name="reviews"),
    path("<int:key>/", views.review, name="review"),
    path("ask/<str:label>/<int:key>/", views.ask, name="ask"),
]
